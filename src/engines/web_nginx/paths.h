#pragma once
// Where the files of one nginx of ours are, all in one directory. Its workers, who are nobody in particular, may pass
// through that directory but not list it.

#include <string>

namespace evenkeel::engines::web_nginx {

struct Paths {
  std::string program = "/usr/sbin/nginx";
  std::string directory;  // such as /run/evenkeel/web

  std::string configuration() const { return directory + "/nginx.conf"; }
  std::string candidate() const { return directory + "/candidate.conf"; }  // until nginx has found it valid
  std::string master_pid() const { return directory + "/master.pid"; }     // written by us, at the start
  std::string nginx_pid() const { return directory + "/nginx.pid"; }       // written by nginx
  std::string error_log() const { return directory + "/error.log"; }
  std::string access_log() const { return directory + "/access.log"; }
  std::string temporary() const { return directory + "/tmp"; }  // bodies of requests that do not fit into memory
  std::string files() const { return directory + "/files"; }    // that it serves
  std::string control() const { return directory + "/control"; }
  std::string control_socket() const { return control() + "/name.sock"; }  // says which file the workers have read
};

}  // namespace evenkeel::engines::web_nginx
