#pragma once
// What to do on a real server so that it carries its virtual addresses and keeps quiet about them: the ways of the
// deployment guide (17.3), with the addresses filled in. Pure.

#include <string>
#include <vector>

#include "doctor/patient.h"

namespace evenkeel::doctor {

struct Remedy {
  std::string system;    // "Linux", "BSD and macOS", "Windows"
  std::string title;     // "Method 1 (preferred): ..."
  std::string commands;  // lines to type as root or administrator; each ends with a line feed
  std::string note;      // may be empty
};

// The preferred one of each system first.
std::vector<Remedy> remedies(const Patient& patient);

enum class System { kLinux, kWindows };
enum class Purpose { kFix, kUndo };

// A script that does the preferred way, and can be run again at any time; or one that takes it back.
std::string script(const Patient& patient, System system, Purpose purpose);
// "fix-PS1.sh", "undo-PS1.ps1"
std::string script_name(const Patient& patient, System system, Purpose purpose);

}  // namespace evenkeel::doctor
