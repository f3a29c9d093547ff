#include "cli/help_formatter.h"

#include <algorithm>

#include "cli/text.h"

namespace evenkeel::cli {
namespace {

constexpr size_t kNameWidth = 30;
constexpr size_t kReadableWidth = 100;
constexpr size_t kNarrowest = 60;

// CLI11 adds the allowed values to the type ("WHEN:{auto,always}") and "{false}" to the name of a negated flag; ours
// stand in the description.
std::string up_to(std::string text, char end) {
  return text.substr(0, text.find(end));
}

std::string name_of(const CLI::Option& option, bool is_positional) {
  if (is_positional) return option.get_option_text().empty() ? option.get_name(true) : option.get_option_text();
  std::string name = up_to(option.get_name(false, true), '{');
  const std::string type = up_to(option.get_type_name(), ':');
  return option.get_type_size() == 0 || type.empty() ? name : name + " " + type;
}

}  // namespace

std::string HelpFormatter::make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const {
  std::string text = CLI::Formatter::make_help(app, std::move(name), mode);
  for (size_t gap = text.find("\n\n\n"); gap != std::string::npos; gap = text.find("\n\n\n")) text.erase(gap, 1);
  text.erase(text.find_last_not_of('\n') + 1);
  return text + "\n";
}

std::string HelpFormatter::make_subcommand(const CLI::App* command) const {
  return entry(command->get_name(), command->get_description());
}

std::string HelpFormatter::make_option(const CLI::Option* option, bool is_positional) const {
  std::string description = option->get_description();
  if (option->get_required() && !is_positional) description += " (required)";
  if (!option->get_default_str().empty()) description += " (default: " + option->get_default_str() + ")";
  return entry(name_of(*option, is_positional), description);
}

std::string HelpFormatter::make_option_usage(const CLI::Option* option) const {
  const std::string name = name_of(*option, true);
  return option->get_required() ? name : "[" + name + "]";
}

std::string HelpFormatter::entry(const std::string& name, const std::string& description) const {
  const size_t width = width_ == 0 ? kReadableWidth : std::clamp(width_, kNarrowest, kReadableWidth);
  std::string text = "  " + name;
  if (columns(text) + 2 > kNameWidth) text += "\n";
  size_t column = text.back() == '\n' ? 0 : columns(text);
  for (const std::string& line : wrapped(description, width - kNameWidth)) {
    text += std::string(kNameWidth - column, ' ') + line + "\n";
    column = 0;
  }
  return text;
}

}  // namespace evenkeel::cli
