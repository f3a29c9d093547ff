#include "daemon/host_names.h"

#include <ares.h>
#include <netdb.h>
#include <poll.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/blocking.h"

namespace evenkeel::daemon {
namespace {

struct ChannelDeleter {
  void operator()(ares_channel channel) const { ares_destroy(channel); }
};
using Channel = std::unique_ptr<ares_channeldata, ChannelDeleter>;

// One question and, once it is settled, its answer.
struct Question {
  IpAddress address;
  std::string name;
  size_t* open = nullptr;  // questions that are not settled
};

void on_answer(void* argument, int status, int, hostent* host) {
  auto& question = *static_cast<Question*>(argument);
  if (status == ARES_SUCCESS && host != nullptr && host->h_name != nullptr) question.name = host->h_name;
  --*question.open;
}

// Anew each time, so that a change of the system's name servers is noticed.
Channel open_channel(const HostNames::Options& options) {
  ares_options wanted{};
  wanted.timeout = static_cast<int>(options.timeout.count());
  wanted.tries = 1;
  ares_channel channel = nullptr;
  if (ares_init_options(&channel, &wanted, ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES) != ARES_SUCCESS) return nullptr;
  Channel opened(channel);
  const bool is_told = !options.servers.empty();
  if (is_told && ares_set_servers_ports_csv(channel, options.servers.c_str()) != ARES_SUCCESS) return nullptr;
  return opened;
}

void ask(ares_channel channel, Question& question) {
  if (question.address.is_ipv4()) {
    const auto bytes = question.address.ipv4_bytes();
    ares_gethostbyaddr(channel, bytes.data(), static_cast<int>(bytes.size()), AF_INET, &on_answer, &question);
  } else {
    const auto& bytes = question.address.bytes();
    ares_gethostbyaddr(channel, bytes.data(), static_cast<int>(bytes.size()), AF_INET6, &on_answer, &question);
  }
}

// Lets c-ares work until something arrives, but not for longer than `at_most`.
void work(ares_channel channel, std::chrono::milliseconds at_most) {
  std::array<ares_socket_t, ARES_GETSOCK_MAXNUM> sockets{};
  const int wanted = ares_getsock(channel, sockets.data(), static_cast<int>(sockets.size()));
  std::vector<pollfd> waiting;
  for (int i = 0; i < static_cast<int>(sockets.size()); ++i) {
    short events = 0;
    if (ARES_GETSOCK_READABLE(wanted, i)) events |= POLLIN;
    if (ARES_GETSOCK_WRITABLE(wanted, i)) events |= POLLOUT;
    if (events != 0) waiting.push_back({sockets[static_cast<size_t>(i)], events, 0});
  }
  timeval longest{at_most.count() / 1000, (at_most.count() % 1000) * 1000};
  timeval next{};
  const timeval* const wait = ares_timeout(channel, &longest, &next);
  poll(waiting.data(), waiting.size(), static_cast<int>(wait->tv_sec * 1000 + (wait->tv_usec + 999) / 1000));
  for (const auto& ready : waiting) {
    const bool readable = (ready.revents & (POLLIN | POLLERR | POLLHUP)) != 0;
    const bool writable = (ready.revents & POLLOUT) != 0;
    ares_process_fd(channel, readable ? ready.fd : ARES_SOCKET_BAD, writable ? ready.fd : ARES_SOCKET_BAD);
  }
  ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);  // time-outs
}

}  // namespace

HostNames::HostNames(const Clock& clock, Options options) : clock_(clock), options_(std::move(options)) {
  ares_library_init(ARES_LIB_INIT_ALL);
}

HostNames::~HostNames() {
  thread_.join();
  ares_library_cleanup();
}

boost::asio::awaitable<HostNames::Names> HostNames::find(std::vector<IpAddress> addresses,
                                                         std::chrono::milliseconds within) {
  const SteadyTime deadline = clock_.steady_now() + within;  // waiting for another report counts
  co_return co_await run_blocking(thread_, [&] { return find_now(addresses, deadline); });
}

HostNames::Names HostNames::find_now(const std::vector<IpAddress>& addresses, SteadyTime deadline) {
  const SteadyTime start = clock_.steady_now();
  size_t open = 0;
  std::vector<Question> questions;
  for (const IpAddress& address : addresses) {
    const auto known = known_.find(address);
    if (known == known_.end() || known->second.until <= start) questions.push_back({address, {}, &open});
  }
  open = questions.size();
  if (!questions.empty() && start < deadline) {
    const Channel channel = open_channel(options_);
    if (channel == nullptr) {
      spdlog::warn("host names: the name servers cannot be used");
      open = 0;
    } else {
      for (Question& question : questions) ask(channel.get(), question);
      for (auto now = start; open > 0 && now < deadline; now = clock_.steady_now()) {
        work(channel.get(), std::chrono::ceil<std::chrono::milliseconds>(deadline - now));
      }
      ares_cancel(channel.get());  // settles the rest
    }
    for (Question& question : questions) remember(question.address, std::move(question.name));
  }
  Names names;
  for (const IpAddress& address : addresses) {
    const auto known = known_.find(address);
    if (known != known_.end() && !known->second.name.empty()) names.emplace(address, known->second.name);
  }
  return names;
}

void HostNames::remember(const IpAddress& address, std::string name) {
  if (known_.size() >= options_.most_kept) known_.clear();
  const auto kept = name.empty() ? options_.failures_kept : options_.names_kept;
  known_.insert_or_assign(address, Known{std::move(name), clock_.steady_now() + kept});
}

}  // namespace evenkeel::daemon
