#pragma once
// Where HAProxy's files are, all in one directory that only root may look into.

#include <string>

#include "base/result.h"

namespace evenkeel::engines::l7_haproxy {

struct Paths {
  std::string program = "/usr/sbin/haproxy";
  std::string directory;  // such as /run/evenkeel/haproxy

  std::string configuration() const { return directory + "/haproxy.cfg"; }
  std::string candidate() const { return directory + "/candidate.cfg"; }  // until HAProxy has found it valid
  std::string pid_file() const { return directory + "/haproxy.pid"; }     // of the master
  std::string log() const { return directory + "/haproxy.log"; }          // what HAProxy said since the last reload
  std::string master_socket() const { return directory + "/master.sock"; }
  std::string runtime_socket() const { return directory + "/runtime.sock"; }
  std::string tls() const { return directory + "/tls"; }  // certificates, with their keys
  std::string certificate(const std::string& label, bool is_stapled) const {
    return tls() + (is_stapled ? "/stapled/" : "/plain/") + label + ".pem";
  }
  std::string certificate_list(const std::string& virtual_service) const {
    return tls() + "/lists/" + virtual_service + ".list";
  }
  static std::string authority(const std::string& label) { return "authorities/" + label + ".pem"; }  // in tls()
  std::string empty() const { return directory + "/empty"; }  // the workers' root
  // Where evenkeeld hears what HAProxy notes: within the workers' root, so that they can reach it by this name.
  static constexpr const char* kLogSocket = "log.sock";
  std::string log_socket() const { return empty() + "/" + kLogSocket; }
};

// The directory and the workers' root, with their modes.
Result<> make_directories(const Paths& paths);

}  // namespace evenkeel::engines::l7_haproxy
