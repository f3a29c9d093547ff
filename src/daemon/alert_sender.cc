#include "daemon/alert_sender.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <ranges>
#include <set>
#include <utility>

#include "alerts/delivery.h"
#include "alerts/summary.h"
#include "base/blocking.h"
#include "base/state_file.h"

namespace evenkeel::daemon {
namespace {

constexpr std::chrono::seconds kMemorySettles{1};

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 && name.front() != '\0' ? name.data() : "evenkeel";
}

std::set<std::string> objects_of(const model::Configuration& configuration) {
  std::set<std::string> objects;
  for (const auto& service : configuration.virtual_services) {
    objects.insert("virtual_service/" + service.label);
    for (const auto& server : service.real_servers) {
      objects.insert(fmt::format("virtual_service/{}/real_server/{}", service.label, server.label));
    }
  }
  return objects;
}

Error not_configured() {
  return {ErrorCode::kNotFound,
          "nobody gets alerts: set alerts.email (smarthost, from, to) or alerts.webhook (url) in the configuration",
          "alerts", 0};
}

}  // namespace

AlertSender::AlertSender(boost::asio::io_context& io, boost::asio::thread_pool& worker, const Clock& clock,
                         observed::EventLog& events, std::string path)
    : io_(io),
      worker_(worker),
      clock_(clock),
      events_(events),
      path_(std::move(path)),
      host_(host_name()),
      timer_(io),
      memory_timer_(io) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  restore();
}

AlertSender::~AlertSender() {
  stop();
  thread_.join();
}

void AlertSender::stop() {
  if (std::exchange(stopped_, true)) return;
  give_up_ = true;
  subscription_.reset();
  timer_.cancel();
  memory_timer_.cancel();
  if (is_memory_due_) write_memory();
}

void AlertSender::restore() {
  auto remembered = alerts::parse_memory(read_state_file(path_));
  if (remembered) {
    remembered_ = std::move(*remembered);
  } else {
    spdlog::warn("{}: {}", path_, to_string(remembered.error()));
  }
}

std::string AlertSender::memory() const {
  alerts::Memory memory;
  for (const auto& [name, state] : states_) memory[name] = state->gatherer.memory();
  return to_text(memory);
}

// Soon; with thousands of servers so rarely that it takes a twentieth of the time.
void AlertSender::remember_soon() {
  if (stopped_ || std::exchange(is_memory_due_, true)) return;
  memory_timer_.expires_at(std::max(memory_not_before_, clock_.steady_now() + kMemorySettles));
  memory_timer_.async_wait([this](const boost::system::error_code& error) {
    if (error || stopped_) return;
    constexpr int kShareOfTime = 20;
    const auto start = clock_.steady_now();
    write_memory();
    const auto end = clock_.steady_now();
    memory_not_before_ = end + kShareOfTime * (end - start);
  });
}

// In the worker: it waits for the disk. What is given to it is done in order, and before the program ends.
void AlertSender::write_memory() {
  is_memory_due_ = false;
  boost::asio::post(worker_, [path = path_, text = memory()] {
    if (auto written = write_state_file(path, text); !written) spdlog::warn("{}", to_string(written.error()));
  });
}

void AlertSender::configure(const model::Configuration& configuration) {
  const bool has_changed = configuration.alerts != settings_;
  settings_ = configuration.alerts;
  channels_ = alerts::Channels(configuration);
  std::erase_if(states_, [&](const auto& known) { return !channels_.all().contains(known.first); });
  const std::set<std::string> objects = channels_.all().empty() ? std::set<std::string>{} : objects_of(configuration);
  for (const auto& [name, channel] : channels_.all()) {
    auto& state = states_[name];
    if (!state) {
      state = std::make_shared<State>();
      state->channel = channel;
      state->status.channel = name;
      if (auto memory = remembered_.extract(name)) {
        state->gatherer.restore(std::move(memory.mapped()), clock_.steady_now());
      }
    }
    state->gatherer.set_times(settings_.gather, settings_.interval);
    state->gatherer.forget(
        [&](const std::string& object) { return !object.starts_with("virtual_service/") || objects.contains(object); },
        clock_.steady_now());
    if (has_changed) state->gatherer.try_again();
  }
  remembered_.clear();
  if (!subscription_) {
    subscription_ = events_.subscribe(std::nullopt, [this](const observed::Event& event) { on_event(event); });
  }
  arm();
}

void AlertSender::on_event(const observed::Event& event) {
  const auto concerned = channels_.concerned(event);
  for (const auto& name : concerned) {
    if (const auto found = states_.find(name); found != states_.end()) {
      found->second->gatherer.add(event, clock_.steady_now());
    }
  }
  if (!concerned.empty()) arm();
}

void AlertSender::arm() {
  if (stopped_) return;
  std::optional<SteadyTime> first;
  for (const auto& state : states_ | std::views::values) {
    const auto due = state->gatherer.due();
    if (due && !state->is_sending) first = std::min(first.value_or(*due), *due);
  }
  remember_soon();
  if (first) {
    timer_.expires_at(*first);
    timer_.async_wait([this](const boost::system::error_code& error) {
      if (!error && !stopped_) send_what_is_due();
    });
  } else {
    timer_.cancel();
  }
}

void AlertSender::send_what_is_due() {
  const auto now = clock_.steady_now();
  for (const auto& [name, state] : states_) {
    const auto due = state->gatherer.due();
    if (state->is_sending || !due || *due > now) continue;
    state->is_sending = true;
    boost::asio::co_spawn(io_, send_digest(name), boost::asio::detached);
  }
  arm();
}

boost::asio::awaitable<void> AlertSender::send_digest(std::string name) {
  const auto found = states_.find(name);
  if (found == states_.end()) co_return;
  const std::shared_ptr<State> state = found->second;
  const alerts::Digest digest = state->gatherer.digest();
  const std::string sentence = alerts::sentence_of(digest);
  const Result<> delivered =
      co_await deliver(state->channel, {sentence, alerts::text_of(digest), alerts::to_json(digest)});
  state->is_sending = false;
  if (stopped_) co_return;
  const auto now = clock_.steady_now();
  if (delivered) {
    state->gatherer.sent(digest, now);
  } else {
    state->gatherer.failed(now);
  }
  note(*state, sentence, delivered);
  arm();
}

// What a failed attempt and its end mean: told once each, and by no alert.
void AlertSender::note(State& state, const std::string& sentence, const Result<>& delivered) {
  const bool had_failed = !state.status.error.empty();
  const auto now = clock_.wall_now();
  const std::string object = "alerts/" + state.status.channel;
  if (delivered) {
    state.status.last_sent = now;
    state.status.last_subject = sentence;
    state.status.error.clear();
    state.status.failed_at.reset();
    spdlog::info("{}: sent: {}", object, sentence);
    if (had_failed) events_.append(observed::EventKind::kAlertDelivered, object, "alerts are delivered again");
    return;
  }
  state.status.error = to_string(delivered.error());
  state.status.failed_at = now;
  spdlog::warn("{}: {}", object, state.status.error);
  if (!had_failed) events_.append(observed::EventKind::kAlertFailed, object, state.status.error);
}

boost::asio::awaitable<Result<>> AlertSender::deliver(alerts::Channel channel, Message message) {
  const WallTime now = clock_.wall_now();
  if (channel.is_webhook) {
    const model::WebhookAlerts webhook = settings_.webhook;
    message.details["host"] = host_;
    message.details["at"] = to_iso8601(now);
    message.details["summary"] = message.sentence;
    co_return co_await run_blocking(thread_, [&] { return alerts::post(webhook, message.details, give_up_); });
  }
  const model::EmailAlerts server = settings_.email;
  const alerts::Mail mail{.from = channel.from,
                          .to = channel.to,
                          .subject = fmt::format("Evenkeel {}: {}", host_, message.sentence),
                          .text = fmt::format("Evenkeel on {}: {}", host_, message.text),
                          .host = host_,
                          .at = now};
  co_return co_await run_blocking(thread_, [&] { return alerts::send_mail(server, mail, give_up_); });
}

std::vector<observed::AlertStatus> AlertSender::statuses() const {
  std::vector<observed::AlertStatus> list;
  for (const auto& state : states_ | std::views::values) {
    list.push_back(state->status);
    list.back().waiting = state->gatherer.waiting();
  }
  return list;
}

boost::asio::awaitable<Result<std::vector<observed::AlertStatus>>> AlertSender::test(std::string author) {
  if (states_.empty()) co_return fail(not_configured());
  const std::string sentence = "test message, asked for by " + author;
  std::vector<observed::AlertStatus> results;
  const auto states = states_;
  for (const auto& [name, state] : states) {
    const Result<> delivered = co_await deliver(
        state->channel, {sentence, sentence + "\n\nNothing is wrong: alerts arrive here.\n", {{"test", true}}});
    if (stopped_) co_return fail(ErrorCode::kUnavailable, "evenkeeld is stopping");
    note(*state, sentence, delivered);
    if (delivered) state->gatherer.try_again();
    results.push_back(state->status);
  }
  arm();
  co_return results;
}

}  // namespace evenkeel::daemon
