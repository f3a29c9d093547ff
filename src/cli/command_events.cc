#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <ostream>

#include "cli/commands.h"
#include "cli/json_text.h"
#include "cli/lists_view.h"
#include "cli/session.h"
#include "cli/sse.h"
#include "model/json.h"

namespace evenkeel::cli {
namespace json = boost::json;
namespace {

using namespace std::chrono_literals;

// evenkeeld sends what it remembers at once; silence for so long means that this was all.
constexpr auto kSilence = 500ms;
constexpr auto kRetryInterval = 500ms;

struct EventOptions {
  bool follow = false;
  bool json = false;
  std::optional<uint64_t> after;
};

class EventFollower {
 public:
  EventFollower(Session& session, const EventOptions& options) : session_(session), options_(options) {
    if (options.after) {
      last_id_ = std::to_string(*options.after);
    } else if (!options.follow) {
      last_id_ = "0";
    }
  }

  Answer<> run();

 private:
  enum class Contact { kNone, kMade, kLost };

  Result<Response> listen();
  void print(const ServerSentEvent& event);
  void note_identifier(const std::string& id);
  void say(std::string_view sentence) { session_.world().error << "evenkeel: " << sentence << std::endl; }

  Session& session_;
  const EventOptions& options_;
  std::optional<std::string> last_id_;
  Contact contact_ = Contact::kNone;
};

Answer<> EventFollower::run() {
  for (;;) {
    const auto response = listen();
    if (response && response->status != 200) return std::unexpected(failure_of(*response));
    if (!response && contact_ == Contact::kNone) return std::unexpected(failure_of(response.error()));
    if (!options_.follow) return {};
    if (contact_ == Contact::kMade) {
      say("evenkeeld has gone away; trying until it is back");
      contact_ = Contact::kLost;
    } else if (!response) {
      last_id_ = "0";  // nobody listens: it really ended, and numbers its events from 1 when it starts again
    }
    if (!session_.world().pause(kRetryInterval)) return {};
  }
}

Result<Response> EventFollower::listen() {
  SseParser parser([this](const ServerSentEvent& event) { print(event); });
  const StreamRequest request{Url("events").text(), last_id_,
                              options_.follow ? std::nullopt : std::optional<std::chrono::milliseconds>(kSilence)};
  return session_.api().transport().stream(request, [&](std::string_view bytes) {
    if (contact_ == Contact::kLost) say("evenkeeld is back");
    contact_ = Contact::kMade;
    parser.feed(bytes);
  });
}

void EventFollower::note_identifier(const std::string& id) {
  if (!id.empty()) last_id_ = id;
}

void EventFollower::print(const ServerSentEvent& event) {
  note_identifier(event.id);
  std::error_code error;
  json::value data = json::parse(event.data, error);
  if (error || !data.is_object()) {
    say("an event that is not JSON was left out");
    return;
  }
  if (!data.get_object().contains("kind")) data.get_object()["kind"] = event.event;
  session_.print(options_.json ? one_line(data) : render_event(data, session_.terminal));
}

}  // namespace

void add_events_command(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("events", "What happened since evenkeeld started");
  auto options = std::make_shared<EventOptions>();
  command->add_flag("-f,--follow", options->follow,
                    "Show new events as they happen, also across restarts of evenkeeld");
  command->add_option("--after", options->after, "Begin after the event of this number; 0: with the oldest remembered")
      ->type_name("ID");
  command->add_flag("--json", options->json, "Print each event as one line of JSON");
  command->callback(
      [&session, options] { session.action = [&session, options] { return EventFollower(session, *options).run(); }; });
}

}  // namespace evenkeel::cli
