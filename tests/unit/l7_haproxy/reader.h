#pragma once
// Reads HAProxy's file as HAProxy does, written from its manual (2.2, quoting and escaping) and not from our renderer;
// and says whether a rendering is what was meant.

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/layer7_service.h"

namespace evenkeel::engines::l7_haproxy {

using Words = std::vector<std::string>;

// The words of one line. `is_sound` becomes false for a quote without end.
inline Words read_line(std::string_view line, bool& is_sound) {
  Words words;
  bool in_word = false;
  char quote = 0;
  std::string word;
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote != 0 && c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
      in_word = true;
    } else if (quote != '\'' && c == '\\' && i + 1 < line.size()) {
      word += line[++i];
      in_word = true;
    } else if (quote != '\'' && c == '$' && quote == '"') {
      is_sound = false;  // a variable
    } else if (quote == 0 && c == '#') {
      break;
    } else if (quote == 0 && (c == ' ' || c == '\t')) {
      if (in_word) words.push_back(std::exchange(word, {}));
      in_word = false;
    } else {
      word += c;
      in_word = true;
    }
  }
  if (in_word) words.push_back(word);
  is_sound = is_sound && quote == 0;
  return words;
}

inline std::string with_doubled_percents(std::string_view text) {
  std::string doubled;
  for (const char c : text) doubled.append(c == '%' ? 2 : 1, c);
  return doubled;
}

// Every value of a condition, place of a redirection and header that is to be in the file, in that order.
inline Words meant_texts(const model::Layer7Service& service) {
  Words texts;
  for (const auto& rule : service.rules) {
    for (const auto& condition : rule.conditions) {
      if (condition.subject != model::RuleSubject::kSource) texts.push_back(condition.value);
    }
    if (!rule.location.empty()) texts.push_back(with_doubled_percents(rule.location));
  }
  for (const auto& rule : service.header_rules) {
    if (rule.action != model::HeaderAction::kDelete) texts.push_back(with_doubled_percents(rule.value));
  }
  return texts;
}

// What is wrong with the file for this virtual service alone; empty: nothing.
inline std::string wrong_with(std::string_view file, const model::Layer7Service& service) {
  Words texts;
  size_t sections = 0;
  while (!file.empty()) {
    const size_t end = std::min(file.find('\n'), file.size());
    const std::string_view line = file.substr(0, end);
    file.remove_prefix(std::min(end + 1, file.size()));
    bool is_sound = std::ranges::all_of(line, [](char c) { return c >= ' ' && c <= '~'; });
    const auto words = read_line(line, is_sound);
    if (!is_sound) return "a line that is none: " + std::string(line);
    if (words.empty()) continue;
    if (!line.starts_with(' ')) {
      ++sections;
      continue;
    }
    if (words[0] == "acl" && words[2] != "src") texts.push_back(words.back());
    const bool is_change = words[0] == "http-request" || words[0] == "http-response";
    if (!is_change || words[1].starts_with("set-var(") || words[1] == "deny") continue;
    const bool is_ours = words[1] == "redirect" && words[3].starts_with("https://%[req.hdr(host)");
    if (words[1] == "redirect" && !is_ours) texts.push_back(words[3]);
    if (words[1] == "add-header" || words[1] == "set-header") texts.push_back(words.size() == 4 ? words[3] : "?");
    if (words[1] == "replace-header") texts.push_back(words.size() == 5 ? words[4] : "?");
  }
  const bool has_peers = service.persistence != model::Layer7Persistence::kNone &&
                         service.persistence != model::Layer7Persistence::kHttpCookie &&
                         service.persistence != model::Layer7Persistence::kMsSessionBroker;
  const auto choices = std::ranges::count(service.rules, model::RuleAction::kUseServers, &model::Layer7Rule::action);
  if (sections != 2 + (has_peers ? 1 : 0) + static_cast<size_t>(choices)) return "another number of sections";
  return texts == meant_texts(service) ? "" : "other texts than those that were meant";
}

}  // namespace evenkeel::engines::l7_haproxy
