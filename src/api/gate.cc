#include "api/gate.h"

#include <boost/algorithm/string/predicate.hpp>

#include "access/secret.h"
#include "base/ip_address.h"

namespace evenkeel::api {
namespace asio = boost::asio;
namespace {

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// A stream goes on only as long as who asked for it may ask.
class GuardedStream final : public Stream {
 public:
  GuardedStream(std::shared_ptr<Stream> inner, std::function<bool()> is_allowed)
      : inner_(std::move(inner)), is_allowed_(std::move(is_allowed)) {}

  asio::awaitable<std::string> next() override {
    std::string text = co_await inner_->next();
    if (is_allowed_()) co_return text;
    is_broken_off_ = true;
    co_return "";
  }
  bool has_end() const override { return !is_broken_off_ && inner_->has_end(); }

 private:
  const std::shared_ptr<Stream> inner_;
  const std::function<bool()> is_allowed_;
  bool is_broken_off_ = false;
};

class Gate {
 public:
  Gate(Serve serve, access::Accounts& accounts) : serve_(std::move(serve)), accounts_(accounts) {}

  asio::awaitable<Response> pass(Request request) const {
    co_await identify(request);
    const auto is_allowed = still_allowed(request);
    Response response = co_await serve_(std::move(request));
    if (response.stream) response.stream = std::make_shared<GuardedStream>(response.stream, is_allowed);
    co_return response;
  }

 private:
  asio::awaitable<void> identify(Request& request) const;
  asio::awaitable<void> identify_by_cookie(Request& request, std::string token) const;
  void identify_by_token(Request& request) const;
  std::function<bool()> still_allowed(const Request& request) const;

  const Serve serve_;
  access::Accounts& accounts_;
};

void become(Request& request, const access::Visitor& visitor) {
  request.peer.name = visitor.name;
  request.peer.role = visitor.role;
}

std::string_view bearer_token(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  if (!boost::algorithm::istarts_with(authorization, kScheme)) return {};
  return trimmed(authorization.substr(kScheme.size()));
}

bool only_looks(const Request& request) {
  return request.method == "GET" || request.method == "HEAD";
}

asio::awaitable<void> Gate::identify(Request& request) const {
  const Credentials& brought = request.credentials;
  request.peer = Peer{.name = "nobody", .address = client_address(brought.forwarded_for)};
  if (!brought.authorization.empty()) {
    identify_by_token(request);
    co_return;
  }
  std::string token = cookie_value(brought.cookie, kSessionCookie);
  if (token.empty()) {
    request.refusal = Refusal{401, "sign in first: POST /api/v1/session"};
  } else {
    co_await identify_by_cookie(request, std::move(token));
  }
}

void Gate::identify_by_token(Request& request) const {
  const auto visitor = accounts_.find_token(bearer_token(request.credentials.authorization));
  if (visitor) {
    become(request, *visitor);
  } else {
    request.refusal = Refusal{401, "this token is unknown or has expired"};
  }
}

asio::awaitable<void> Gate::identify_by_cookie(Request& request, std::string token) const {
  using Use = access::Accounts::Use;
  const auto visitor =
      co_await accounts_.find_session(token, request.credentials.is_background ? Use::kBackground : Use::kRequest);
  if (!visitor) {
    request.refusal = Refusal{401, "the session is over: sign in again"};
    co_return;
  }
  if (!only_looks(request) && !access::is_same_secret(access::csrf_token_of(token), request.credentials.csrf_token)) {
    request.refusal = Refusal{403, "the header X-CSRF-Token must bring the session's csrf_token"};
    co_return;
  }
  become(request, *visitor);
  request.session_token = std::move(token);
}

std::function<bool()> Gate::still_allowed(const Request& request) const {
  access::Accounts* const accounts = &accounts_;
  if (!request.session_token.empty()) {
    return [accounts, token = request.session_token] { return accounts->is_session(token); };
  }
  return [accounts, token = std::string(bearer_token(request.credentials.authorization))] {
    return accounts->find_token(token).has_value();
  };
}

}  // namespace

std::string cookie_value(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const size_t end = std::min(header.find(';'), header.size());
    const std::string_view pair = trimmed(header.substr(0, end));
    header.remove_prefix(std::min(end + 1, header.size()));
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=') {
      return std::string(pair.substr(name.size() + 1));
    }
  }
  return {};
}

std::string client_address(std::string_view forwarded_for) {
  const size_t comma = forwarded_for.rfind(',');
  const auto address =
      IpAddress::parse(trimmed(comma == std::string_view::npos ? forwarded_for : forwarded_for.substr(comma + 1)));
  return address ? address->to_string() : "unknown";
}

Serve behind_gate(Serve serve, access::Accounts& accounts) {
  const auto gate = std::make_shared<const Gate>(std::move(serve), accounts);
  return [gate](Request request) { return gate->pass(std::move(request)); };
}

}  // namespace evenkeel::api
