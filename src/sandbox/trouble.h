#pragma once
// What kept the script from being run, as a sentence for evenkeeld: that is our trouble, not the real server's.

namespace evenkeel::sandbox {

inline constexpr int kTroubleFd = 3;  // a pipe; empty at its end: the script was run

// "<what>: <errno in words>", and the end of this process.
[[noreturn]] void give_up(const char* what);

}  // namespace evenkeel::sandbox
