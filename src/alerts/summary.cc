#include "alerts/summary.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "model/json.h"

namespace evenkeel::alerts {
namespace {

namespace json = boost::json;
using observed::EventKind;

constexpr size_t kMostLines = 100;
constexpr std::string_view kService = "virtual_service/", kServer = "/real_server/";

struct Names {
  std::string service, server;  // empty: it is no such object
};

Names names_of(std::string_view object) {
  if (!object.starts_with(kService)) return {};
  object.remove_prefix(kService.size());
  const size_t server = object.find(kServer);
  if (server == std::string_view::npos) return {std::string(object), {}};
  return {std::string(object.substr(0, server)), std::string(object.substr(server + kServer.size()))};
}

bool is_of_server(const Trouble& trouble) {
  return trouble.kind == EventKind::kRealServerDown || trouble.kind == EventKind::kPathDown;
}
bool is_fallback(const Trouble& trouble) {
  return trouble.kind == EventKind::kFallbackActive;
}
bool is_other(const Trouble& trouble) {
  return !is_of_server(trouble) && !is_fallback(trouble);
}

std::vector<Trouble> only(const std::vector<Trouble>& troubles, bool (*fits)(const Trouble&)) {
  std::vector<Trouble> found;
  std::ranges::copy_if(troubles, std::back_inserter(found), fits);
  return found;
}

std::string counted(size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

// A real server that lacks both its service and its path is one.
struct Extent {
  std::set<std::string> servers, services;
};

Extent extent_of(const std::vector<Trouble>& troubles) {
  Extent extent;
  for (const Trouble& trouble : troubles) {
    extent.servers.insert(trouble.object);
    extent.services.insert(names_of(trouble.object).service);
  }
  return extent;
}

// "is down", "was down for a while", "is up again"
enum class Tense { kNow, kPassed, kOver };

std::string what_is(const Trouble& trouble, Tense tense) {
  const auto pick = [tense](const char* now, const char* passed, const char* over) {
    return tense == Tense::kNow ? now : tense == Tense::kPassed ? passed : over;
  };
  switch (trouble.kind) {
    case EventKind::kRealServerDown:
      return pick("is down", "was down for a while", "is up again");
    case EventKind::kPathDown:
      return pick("does not answer at the virtual address", "did not answer at the virtual address for a while",
                  "answers at the virtual address again");
    case EventKind::kFallbackActive:
      return pick("has no usable real server", "had no usable real server for a while",
                  "has a usable real server again");
    case EventKind::kObjectFailed:
      return pick("cannot be put in force", "could not be put in force for a while", "is in force");
    case EventKind::kAddressConflict:
      return pick("is claimed by another machine", "was claimed by another machine for a while", "is claimed no more");
    case EventKind::kSourcePortsScarce:
      return pick("runs out of source ports", "ran short of source ports for a while", "has enough source ports again");
    case EventKind::kSourcePortsExhausted:
      return pick("has no source port for new connections", "had no source port for new connections for a while",
                  "has source ports for new connections again");
    case EventKind::kConnectionTableFull:
      return pick("has no room for new connections", "had no room for new connections for a while",
                  "has room for new connections again");
    case EventKind::kSynFlood:
      return pick("is flooded with SYNs", "was flooded with SYNs for a while", "is flooded no more");
    case EventKind::kPanicBegan:
      return pick("uses all its real servers, since too few are healthy",
                  "used all its real servers for a while, since too few were healthy",
                  "has enough healthy real servers again");
    case EventKind::kCertificateExpires:
      return pick("expires", "was about to expire for a while", "is replaced in time, or not used any more");
    case EventKind::kAcmeFailed:
      return pick("is not issued", "was not issued for a while", "is issued now");
    case EventKind::kWebCertificateFailed:
      return pick("cannot use the stored certificate that it is to have",
                  "could not use the stored certificate that it was to have for a while",
                  "has the certificate that it is to have");
    case EventKind::kOcspFailed:
      return pick("is not confirmed by its authority", "was not confirmed by its authority for a while",
                  "is confirmed by its authority again");
    case EventKind::kProxyEnded:
    case EventKind::kNginxEnded:
      return pick("ended and is started again", "was gone for a while", "runs again");
    default:
      return observed::description_of(trouble.kind);
  }
}

std::string with_message(std::string sentence, const std::string& message) {
  return message.empty() ? sentence : sentence + ": " + model::mask_secrets(message);
}

std::string sentence_of(const Trouble& trouble, Tense tense) {
  std::string sentence = in_words(trouble.object) + " " + what_is(trouble, tense);
  if (tense == Tense::kPassed && trouble.times > 1) sentence += fmt::format(" ({} times)", trouble.times);
  return tense == Tense::kNow ? with_message(std::move(sentence), trouble.message) : sentence;
}

std::string sentence_of(const observed::Event& event) {
  const std::string object = in_words(event.object);
  const std::string message = event.message.empty() ? observed::description_of(event.kind) : event.message;
  return object.empty() ? model::mask_secrets(message) : with_message(object, message);
}

void add_begun(const Digest& digest, std::vector<std::string>& phrases) {
  const auto servers = only(digest.begun, is_of_server);
  const Extent extent = extent_of(servers);
  if (extent.servers.size() == 1) phrases.push_back(sentence_of(servers.front(), Tense::kNow));
  if (extent.servers.size() > 1) {
    phrases.push_back(fmt::format("{} down on {}", counted(extent.servers.size(), "server"),
                                  counted(extent.services.size(), "service")));
  }
  const auto fallbacks = only(digest.begun, is_fallback);
  if (fallbacks.size() == 1) {
    phrases.push_back(fmt::format("{} has no usable real server", in_words(fallbacks.front().object)));
  }
  if (fallbacks.size() > 1) phrases.push_back(fmt::format("{} services without a usable server", fallbacks.size()));
  const auto others = only(digest.begun, is_other);
  if (others.size() == 1) phrases.push_back(sentence_of(others.front(), Tense::kNow));
  if (others.size() > 1) {
    phrases.push_back(fmt::format("{} {}problems", others.size(), phrases.empty() ? "" : "other "));
  }
}

void add_over(const Digest& digest, std::vector<std::string>& phrases) {
  if (digest.over.empty()) return;
  const auto standing = only(digest.standing, is_of_server);
  const auto servers = extent_of(only(digest.over, is_of_server)).servers.size();
  const auto others = std::ranges::count_if(digest.over, is_other);
  if (servers > 0) phrases.push_back(counted(servers, "server") + " up again");
  if (others > 0) phrases.push_back(counted(static_cast<size_t>(others), "problem") + " over");
  if (servers == 0 && others == 0) phrases.push_back(counted(digest.over.size(), "service") + " usable again");
  if (const Extent extent = extent_of(standing); !extent.servers.empty()) {
    phrases.push_back(
        fmt::format("{} still down on {}", extent.servers.size(), counted(extent.services.size(), "service")));
  }
}

void add_passed(const Digest& digest, std::vector<std::string>& phrases) {
  const auto servers = extent_of(only(digest.passed, is_of_server)).servers.size();
  if (digest.passed.size() == 1) {
    phrases.push_back(sentence_of(digest.passed.front(), Tense::kPassed));
  } else if (servers > 0) {
    phrases.push_back(counted(servers, "server") + " down for a while");
  } else if (!digest.passed.empty()) {
    phrases.push_back(counted(digest.passed.size(), "problem") + " for a while");
  }
}

void add_happened(const Digest& digest, std::vector<std::string>& phrases) {
  const size_t count = digest.happened.size() + digest.left_out;
  if (count == 0) return;
  if (phrases.empty() && digest.happened.size() == 1 && digest.left_out == 0) {
    phrases.push_back(sentence_of(digest.happened.front()));
  } else {
    phrases.push_back(fmt::format("{}{}", counted(count, phrases.empty() ? "event" : "other event"), ""));
  }
}

template <class List, class ToLine>
void add_lines(std::string& text, const char* heading, const List& list, ToLine to_line) {
  if (list.empty()) return;
  text += fmt::format("\n{}:\n", heading);
  for (size_t i = 0; i < std::min(list.size(), kMostLines); ++i) {
    text += fmt::format("  {}  {}\n", to_iso8601(list[i].at), to_line(list[i]));
  }
  if (list.size() > kMostLines) text += fmt::format("  and {} more\n", list.size() - kMostLines);
}

json::object to_json(const Trouble& trouble) {
  return {{"kind", observed::to_string(trouble.kind)},
          {"object", trouble.object},
          {"at", to_iso8601(trouble.at)},
          {"message", model::mask_secrets(trouble.message)},
          {"times", trouble.times}};
}

json::object to_json(const observed::Event& event) {
  return {{"kind", observed::to_string(event.kind)},
          {"object", event.object},
          {"at", to_iso8601(event.at)},
          {"message", model::mask_secrets(event.message)}};
}

template <class List>
json::object list_to_json(const List& list) {
  json::array shown;
  for (size_t i = 0; i < std::min(list.size(), kMostLines); ++i) shown.emplace_back(to_json(list[i]));
  return {{"count", list.size()}, {"list", std::move(shown)}};
}

}  // namespace

std::string in_words(const std::string& object) {
  const Names names = names_of(object);
  if (!names.server.empty()) return fmt::format("{} of {}", names.server, names.service);
  if (!names.service.empty()) return names.service;
  const size_t slash = object.find('/');
  return slash == std::string::npos ? object : object.substr(slash + 1);
}

std::string sentence_of(const Digest& digest) {
  const bool is_well = digest.begun.empty() && digest.standing.empty() && !digest.over.empty();
  if (is_well) return "all well again";
  std::vector<std::string> phrases;
  add_begun(digest, phrases);
  add_over(digest, phrases);
  add_passed(digest, phrases);
  add_happened(digest, phrases);
  return fmt::format("{}", fmt::join(phrases, ", "));
}

std::string text_of(const Digest& digest) {
  const auto in_tense = [](Tense tense) {
    return [tense](const Trouble& trouble) { return sentence_of(trouble, tense); };
  };
  std::string text = sentence_of(digest) + "\n";
  add_lines(text, "New", digest.begun, in_tense(Tense::kNow));
  add_lines(text, "Over", digest.over, in_tense(Tense::kOver));
  add_lines(text, "Over already", digest.passed, in_tense(Tense::kPassed));
  add_lines(text, "Happened", digest.happened, [](const observed::Event& event) { return sentence_of(event); });
  add_lines(text, "Going on, as told before", digest.standing, in_tense(Tense::kNow));
  if (digest.left_out > 0) text += fmt::format("\n{} more events are in the log only.\n", digest.left_out);
  return text;
}

json::object to_json(const Digest& digest) {
  return {{"begun", list_to_json(digest.begun)},       {"over", list_to_json(digest.over)},
          {"passed", list_to_json(digest.passed)},     {"standing", list_to_json(digest.standing)},
          {"happened", list_to_json(digest.happened)}, {"left_out", digest.left_out}};
}

}  // namespace evenkeel::alerts
