#pragma once
// How --help looks: two columns that fit the terminal. Includes CLI11, so only run.cc includes this.

#include <CLI/CLI.hpp>
#include <string>

namespace evenkeel::cli {

class HelpFormatter final : public CLI::Formatter {
 public:
  explicit HelpFormatter(size_t width) : width_(width) {}  // columns; 0: no terminal

  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override;
  std::string make_subcommand(const CLI::App* command) const override;
  std::string make_option(const CLI::Option* option, bool is_positional) const override;
  std::string make_option_usage(const CLI::Option* option) const override;

 private:
  std::string entry(const std::string& name, const std::string& description) const;

  size_t width_;
};

}  // namespace evenkeel::cli
