#include "cli/unix_socket_transport.h"

#include <curl/curl.h>

#include <algorithm>
#include <cerrno>
#include <memory>

namespace evenkeel::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr long kConnectTimeoutMilliseconds = 5'000;
constexpr long kAnswerTimeoutMilliseconds = 120'000;  // a large configuration is applied before it is answered
constexpr int kPollMilliseconds = 1'000;
constexpr size_t kLargestRefusal = size_t{1} << 20U;

struct EasyDeleter {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct MultiDeleter {
  void operator()(CURLM* handle) const { curl_multi_cleanup(handle); }
};
struct HeadersDeleter {
  void operator()(curl_slist* headers) const { curl_slist_free_all(headers); }
};
using Easy = std::unique_ptr<CURL, EasyDeleter>;
using Multi = std::unique_ptr<CURLM, MultiDeleter>;
using Headers = std::unique_ptr<curl_slist, HeadersDeleter>;

void add_header(Headers& headers, const std::string& line) {
  if (curl_slist* longer = curl_slist_append(headers.get(), line.c_str()); longer != nullptr) {
    static_cast<void>(headers.release());
    headers.reset(longer);
  }
}

size_t append_body(char* data, size_t size, size_t count, void* body) {
  static_cast<std::string*>(body)->append(data, size * count);
  return size * count;
}

// libcurl has the process-wide part of its set-up done once, before the first handle.
bool start_libcurl() {
  static const bool started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return started;
}

Easy open_handle(const std::string& socket_path, const std::string& target, const Headers& headers) {
  Easy handle(start_libcurl() ? curl_easy_init() : nullptr);
  if (handle == nullptr) {
    return handle;
  }
  curl_easy_setopt(handle.get(), CURLOPT_UNIX_SOCKET_PATH, socket_path.c_str());
  curl_easy_setopt(handle.get(), CURLOPT_URL, ("http://evenkeeld" + target).c_str());
  curl_easy_setopt(handle.get(), CURLOPT_PROXY, "");  // http_proxy in the environment is not meant for a local socket
  curl_easy_setopt(handle.get(), CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(handle.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle.get(), CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeoutMilliseconds);
  curl_easy_setopt(handle.get(), CURLOPT_HTTPHEADER, headers.get());
  return handle;
}

Error describe(CURL* handle, CURLcode code, const std::string& socket_path) {
  long error_number = 0;
  curl_easy_getinfo(handle, CURLINFO_OS_ERRNO, &error_number);
  if (code == CURLE_COULDNT_CONNECT && error_number != 0) {
    Error error = system_error(static_cast<int>(error_number), "cannot connect", socket_path);
    error.code = error_number == EACCES || error_number == EPERM ? ErrorCode::kPermission : ErrorCode::kUnavailable;
    return error;
  }
  const ErrorCode kind = code == CURLE_OPERATION_TIMEDOUT ? ErrorCode::kTimeout : ErrorCode::kUnavailable;
  return Error{kind, curl_easy_strerror(code), socket_path, 0};
}

int status_of(CURL* handle) {
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  return static_cast<int>(status);
}

// What a running stream knows; libcurl hands it back on every piece.
struct Stream {
  CURL* handle;
  const std::function<void(std::string_view)>& sink;
  std::string refusal;
  Clock::time_point last_byte;
};

size_t pass_on(char* data, size_t size, size_t count, void* context) {
  auto& stream = *static_cast<Stream*>(context);
  const std::string_view piece(data, size * count);
  stream.last_byte = Clock::now();
  if (status_of(stream.handle) == 200) {
    stream.sink(piece);
  } else {
    stream.refusal.append(piece.substr(0, kLargestRefusal - std::min(kLargestRefusal, stream.refusal.size())));
  }
  return piece.size();
}

enum class Ending { kServer, kIdle };

// Lets libcurl work until the server ends the stream or nothing has come for as long as `idle_limit`.
Ending pump(CURLM* multi, const Stream& stream, std::optional<std::chrono::milliseconds> idle_limit) {
  int running = 1;
  while (curl_multi_perform(multi, &running) == CURLM_OK && running > 0) {
    auto wait = std::chrono::milliseconds(kPollMilliseconds);
    if (idle_limit) {
      const auto left = stream.last_byte + *idle_limit - Clock::now();
      if (left <= Clock::duration::zero()) {
        return Ending::kIdle;
      }
      wait = std::min(wait, std::chrono::ceil<std::chrono::milliseconds>(left));
    }
    if (curl_multi_poll(multi, nullptr, 0, static_cast<int>(wait.count()), nullptr) != CURLM_OK) {
      break;
    }
  }
  return Ending::kServer;
}

CURLcode outcome_of(CURLM* multi) {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
    if (message->msg == CURLMSG_DONE) {
      return message->data.result;
    }
  }
  return CURLE_RECV_ERROR;
}

}  // namespace

Result<Response> UnixSocketTransport::send(const Request& request) {
  Headers headers;
  add_header(headers, "Accept: application/json");
  add_header(headers, "Content-Type: application/json");
  add_header(headers, "Expect:");
  const Easy handle = open_handle(socket_path_, request.target, headers);
  if (handle == nullptr) {
    return fail(ErrorCode::kInternal, "libcurl cannot be initialised");
  }
  Response response;
  curl_easy_setopt(handle.get(), CURLOPT_TIMEOUT_MS, kAnswerTimeoutMilliseconds);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, &append_body);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEDATA, &response.body);
  if (request.method != "GET") {
    curl_easy_setopt(handle.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(handle.get(), CURLOPT_POSTFIELDS, request.body.c_str());
    curl_easy_setopt(handle.get(), CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
  if (const CURLcode code = curl_easy_perform(handle.get()); code != CURLE_OK) {
    return fail(describe(handle.get(), code, socket_path_));
  }
  response.status = status_of(handle.get());
  return response;
}

Result<Response> UnixSocketTransport::stream(const StreamRequest& request,
                                             const std::function<void(std::string_view)>& sink) {
  Headers headers;
  add_header(headers, "Accept: text/event-stream");
  if (request.last_event_id) {
    add_header(headers, "Last-Event-ID: " + *request.last_event_id);
  }
  const Easy handle = open_handle(socket_path_, request.target, headers);
  const Multi multi(curl_multi_init());
  if (handle == nullptr || multi == nullptr) {
    return fail(ErrorCode::kInternal, "libcurl cannot be initialised");
  }
  Stream stream{handle.get(), sink, {}, Clock::now()};
  curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, &pass_on);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEDATA, &stream);
  curl_multi_add_handle(multi.get(), handle.get());
  const Ending ending = pump(multi.get(), stream, request.idle_limit);
  const CURLcode code = ending == Ending::kIdle ? CURLE_OK : outcome_of(multi.get());
  Response response{status_of(handle.get()), std::move(stream.refusal)};
  curl_multi_remove_handle(multi.get(), handle.get());
  if (response.status == 0) {  // a stream that broke off after its headers has merely ended
    return fail(describe(handle.get(), code == CURLE_OK ? CURLE_OPERATION_TIMEDOUT : code, socket_path_));
  }
  return response;
}

}  // namespace evenkeel::cli
