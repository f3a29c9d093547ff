#pragma once
// What the script sees of the machine: its own processes, files that it cannot write, and an empty /tmp of its own. The
// network is the load balancer's, since that is what it is to ask over.

#include <string>

namespace evenkeel::sandbox {

// Namespaces of its own for the processes that are started from now on. Their first one is its init: when it dies, the
// kernel kills all others.
void unshare_machine();

// To be called by the first process in them. Afterwards the scripts are in kScripts, and the working directory is /tmp.
void hide_machine(const std::string& script_directory);

inline constexpr const char* kScripts = "/tmp/checks";

}  // namespace evenkeel::sandbox
