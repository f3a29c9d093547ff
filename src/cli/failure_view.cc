#include "cli/failure_view.h"

namespace evenkeel::cli {
namespace {

// The text with every line but the first moved in.
std::string indented(std::string text, size_t by) {
  for (size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', end + 1)) {
    text.insert(end + 1, by, ' ');
  }
  return text;
}

}  // namespace

std::string render_failure(const Failure& failure, const Terminal& terminal) {
  const bool one_says_it_all = failure.problems.size() == 1 && failure.problems[0].message == failure.message;
  std::string text = terminal.paint("evenkeel: ", Colour::kRed) + terminal.safe(failure.message) + "\n";
  for (const model::Problem& problem : failure.problems) {
    text += "  " + terminal.paint(terminal.safe(problem.path), Colour::kBold);
    text += one_says_it_all ? "\n" : ": " + terminal.safe(problem.message) + "\n";
    if (!problem.hint.empty()) text += "    " + terminal.safe(problem.hint) + "\n";
  }
  if (!failure.hint.empty()) text += "  " + indented(failure.hint, 2) + "\n";  // our own words: safe as they are
  return text;
}

}  // namespace evenkeel::cli
