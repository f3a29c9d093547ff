#include "engines/l7_haproxy/process.h"

#include <algorithm>

#include "engines/version.h"

namespace evenkeel::engines::l7_haproxy {
namespace {

constexpr size_t kMostWords = 4000;
constexpr size_t kMostComplaints = 3;

}  // namespace

Result<pid_t> start_master(const Paths& paths) {
  return start_daemon({paths.program, "-W", "-S", paths.master_socket() + ",mode,600", "-f", paths.configuration()},
                      paths.log());
}

Result<> check_file(const Paths& paths, const std::string& file) {
  constexpr std::chrono::seconds kLongest{30};
  const auto checked = run_to_end({paths.program, "-c", "-f", file}, kLongest);
  if (!checked) return fail(checked.error());
  if (checked->succeeded) return {};
  return fail(ErrorCode::kInvalidArgument, "HAProxy finds the configuration wrong: " + complaints(checked->text));
}

std::string version_of(const Paths& paths) {
  return engines::version_of(paths.program, "version ");  // "HAProxy version 2.6.12-1+deb12u1 2023/12/16 - ..."
}

// "[ALERT]    (123) : Binding [...]: cannot bind socket ..." without what stands before the sentence.
std::string complaints(const std::string& text) {
  constexpr std::string_view kAlert = "[ALERT]";
  std::string sentence;
  size_t count = 0;
  for (size_t begin = 0; begin < text.size() && count < kMostComplaints;) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    if (!line.starts_with(kAlert)) continue;
    const size_t colon = line.find(") : ");
    line.erase(0, colon == std::string::npos ? kAlert.size() : colon + 4);
    sentence += (sentence.empty() ? "" : "; ") + line;
    ++count;
  }
  if (sentence.empty()) sentence = text.empty() ? "it says nothing" : text.substr(0, text.find('\n'));
  sentence.resize(std::min(sentence.size(), kMostWords));
  return sentence;
}

}  // namespace evenkeel::engines::l7_haproxy
