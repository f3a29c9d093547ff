#include "engines/l7_haproxy/log.h"

#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <ranges>

#include "engines/l7_haproxy/log_line.h"

namespace evenkeel::engines::l7_haproxy {
namespace {

constexpr size_t kFileBytes = size_t{10} << 20;
constexpr size_t kOlderFiles = 4;
constexpr size_t kLongestDatagram = 65536;

bool fits(const observed::ProxyLogFilter& filter, const observed::ProxyLogEntry& entry) {
  if (!filter.virtual_service.empty() && entry.virtual_service != filter.virtual_service) return false;
  if (!filter.real_server.empty() && entry.real_server != filter.real_server) return false;
  if (filter.status_from && (!entry.status || *entry.status < *filter.status_from)) return false;
  if (filter.status_to && (!entry.status || *entry.status > *filter.status_to)) return false;
  return !filter.client || (entry.client && filter.client->contains(entry.client->address));
}

// How many datagrams wait for their reader. Most systems raise it at their start; ten are too few for a busy proxy.
void raise_queue_limit() {
  constexpr int kEnough = 512;
  constexpr const char* kLimit = "/proc/sys/net/unix/max_dgram_qlen";
  int limit = 0;
  if (std::ifstream(kLimit) >> limit && limit < kEnough) std::ofstream(kLimit) << kEnough;
}

Result<Fd> bind_socket(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return fail(ErrorCode::kInvalidArgument, "the path is too long", path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  raise_queue_limit();
  Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) return fail(system_error("cannot make a socket"));
  ::unlink(path.c_str());
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return fail(system_error("cannot listen for HAProxy's log", path));
  }
  constexpr mode_t kWritable = 0666;  // by the workers; nobody else may enter the directory
  if (::chmod(path.c_str(), kWritable) != 0) return fail(system_error("cannot set the mode", path));
  const timeval look{.tv_sec = 0, .tv_usec = 200'000};  // whether it is to end
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &look, sizeof look);
  return socket;
}

}  // namespace

void LogMemory::add(WallTime at, std::string line) {
  const std::scoped_lock lock(mutex_);
  lines_.push_back({at, std::move(line)});
  if (lines_.size() > capacity_) lines_.pop_front();
  ++last_id_;
}

uint64_t LogMemory::last_id() const {
  const std::scoped_lock lock(mutex_);
  return last_id_;
}

observed::ProxyLogPage LogMemory::after(uint64_t id, const observed::ProxyLogFilter& filter, size_t limit) const {
  const std::scoped_lock lock(mutex_);
  observed::ProxyLogPage page{{}, last_id_};
  auto& found = page.entries;
  uint64_t at = last_id_;
  for (const Line& line : lines_ | std::views::reverse) {
    if (at <= id || found.size() == limit) break;
    auto entry = parse_log_line(line.text);
    entry.id = at--;
    entry.at = line.at;
    if (fits(filter, entry)) found.push_back(std::move(entry));
  }
  std::ranges::reverse(found);
  return page;
}

Result<> LogReceiver::listen() {
  if (thread_.joinable()) return {};
  if (auto made = make_directories(paths_); !made) return made;
  auto socket = bind_socket(paths_.log_socket());
  if (!socket) return fail(socket.error());
  socket_ = std::move(*socket);
  thread_ = std::jthread([this](const std::stop_token& stop) { receive(stop); });
  return {};
}

void LogReceiver::receive(const std::stop_token& stop) {
  std::string datagram(kLongestDatagram, '\0');
  while (!stop.stop_requested()) {
    const ssize_t size = ::recv(socket_.get(), datagram.data(), datagram.size(), 0);
    if (size > 0) {
      keep(readable_line(std::string_view(datagram).substr(0, static_cast<size_t>(size))));
    } else if (writer_) {
      writer_->flush();  // nothing more has come for a moment
    }
  }
}

void LogReceiver::keep(std::string line) {
  write(line);
  memory_.add(std::chrono::system_clock::now(), std::move(line));
}

// A disk that is full costs the files alone.
void LogReceiver::write(const std::string& line) {
  if (cannot_write_) return;
  try {
    if (!writer_) {
      auto sink = std::make_shared<spdlog::sinks::rotating_file_sink_st>(file_, kFileBytes, kOlderFiles);
      writer_ = std::make_shared<spdlog::logger>("haproxy", std::move(sink));
      writer_->set_pattern("%Y-%m-%dT%H:%M:%S.%e %v");
      writer_->set_error_handler([](const std::string& /*said*/) {});
    }
    writer_->info("{}", line);
  } catch (const spdlog::spdlog_ex& error) {
    cannot_write_ = true;
    spdlog::warn("HAProxy's log is kept in memory alone: {}", error.what());
  }
}

}  // namespace evenkeel::engines::l7_haproxy
