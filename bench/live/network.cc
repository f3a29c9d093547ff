#include "network.h"

#include <bpf/libbpf.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace evenkeel::bench {
namespace {

const std::string kGeneratorInterface = "gen0", kBalancerInterface = "lb0";

void check(bool succeeded, const std::string& what) {
  if (!succeeded) {
    throw std::runtime_error(what + ": " + strerror(errno));
  }
}

bool ip(std::vector<std::string> arguments) {
  pid_t child = fork();
  if (child == 0) {
    std::vector<char*> argv = {const_cast<char*>("ip")};
    for (std::string& argument : arguments) {
      argv.push_back(argument.data());
    }
    argv.push_back(nullptr);
    execvp("ip", argv.data());
    _exit(127);
  }
  int status = 0;
  return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void must_ip(const std::vector<std::string>& arguments) {
  if (!ip(arguments)) {
    std::string line = "ip";
    for (const std::string& argument : arguments) {
      line += " " + argument;
    }
    throw std::runtime_error(line + " failed");
  }
}

void attach(uint32_t index, int program_fd) {
  check(bpf_xdp_attach(static_cast<int>(index), program_fd, XDP_FLAGS_DRV_MODE, nullptr) == 0, "attach");
}

}  // namespace

Network::Network(const std::string& prefix) : generator_(prefix + "generator"), balancer_(prefix + "balancer") {
  for (const std::string& name : {generator_, balancer_}) {
    if (access(("/run/netns/" + name).c_str(), F_OK) == 0) {
      must_ip({"netns", "del", name});
    }
    must_ip({"netns", "add", name});
  }
  must_ip({"link",
           "add",
           kGeneratorInterface,
           "netns",
           generator_,
           "numrxqueues",
           "1",
           "numtxqueues",
           "1",
           "type",
           "veth",
           "peer",
           "name",
           kBalancerInterface,
           "address",
           "02:00:00:00:00:01",
           "netns",
           balancer_,
           "numrxqueues",
           "1",
           "numtxqueues",
           "1"});
  must_ip({"-n", generator_, "link", "set", kGeneratorInterface, "up"});
  must_ip({"-n", balancer_, "link", "set", kBalancerInterface, "up"});
  enter(balancer_);
  balancer_index_ = if_nametoindex(kBalancerInterface.c_str());
  enter(generator_);
  generator_index_ = if_nametoindex(kGeneratorInterface.c_str());
}

Network::~Network() {
  ip({"netns", "del", generator_});
  ip({"netns", "del", balancer_});
}

void Network::enter(const std::string& name) const {
  int fd = open(("/run/netns/" + name).c_str(), O_RDONLY | O_CLOEXEC);
  check(fd >= 0 && setns(fd, CLONE_NEWNET) == 0, "enter " + name);
  close(fd);
}

void Network::enter_generator() {
  enter(generator_);
}

void Network::attach_to_balancer(int program_fd) {
  enter(balancer_);
  attach(balancer_index_, program_fd);
  enter(generator_);
}

// Needed for more than counting: what a veth sends back is dropped unless its peer has an XDP program.
void Network::attach_to_generator(int program_fd) {
  enter(generator_);
  attach(generator_index_, program_fd);
}

}  // namespace evenkeel::bench
