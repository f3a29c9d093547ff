#pragma once
// The web socket beside the console's, with real accounts whose passwords cost little.

#include "access/totp.h"
#include "api/gate.h"
#include "api_fixture.h"

namespace evenkeel::api {

constexpr const char* kPassword = "four quiet green boats";

class WebTest : public ApiTest {
 protected:
  WebTest() {
    clock_.advance(std::chrono::hours(24 * 365 * 56));
    open_accounts();
    start();
    web_options_.socket_path = directory_ / "web.sock";
    web_options_.trusts_peers = false;
    web_.emplace(io_, behind_gate([this](Request request) { return router_->serve(std::move(request)); }, *accounts_),
                 web_options_);
    EXPECT_TRUE(web_->listen());
  }
  ~WebTest() override { web_.reset(); }

  void open_accounts() {
    accounts_ = access::Accounts::open(directory_ / "access.db", clock_,
                                       {.cost = {.operations = 1, .memory = 8192}, .sessions = {}})
                    .value();
  }

  // As evenkeel setup and evenkeel user add do.
  void add_user(std::string_view name, std::string_view role) {
    const json::object user{{"name", name}, {"role", role}, {"password", kPassword}};
    const auto reply = ask("POST", "/api/v1/users", json::serialize(user));
    EXPECT_EQ(reply.status, 200) << reply.body;
  }

  HttpReply web(std::string_view method, std::string_view target, std::string_view body = "",
                std::string_view headers = "") {
    Client client(io_, web_options_.socket_path);
    EXPECT_TRUE(client.send(http(method, target, body, headers)));
    return client.reply();
  }

  HttpReply try_to_sign_in(std::string_view user, std::string_view password, std::string_view code = "",
                           std::string_view address = "192.0.2.1") {
    json::object attempt{{"user", user}, {"password", password}};
    if (!code.empty()) attempt["code"] = code;
    return web("POST", "/api/v1/session", json::serialize(attempt), from(address));
  }

  struct SignedIn {
    std::string token, csrf;
    std::string look() const { return "Cookie: evenkeel_session=" + token + "\r\n"; }
    std::string change() const { return look() + "X-CSRF-Token: " + csrf + "\r\n"; }
  };
  SignedIn sign_in(std::string_view user) {
    const auto reply = try_to_sign_in(user, kPassword);
    EXPECT_EQ(reply.status, 200) << reply.body;
    return {cookie_value(reply.header("Set-Cookie"), kSessionCookie),
            std::string(reply.value().at("csrf_token").as_string())};
  }

  std::string make_token(std::string_view role, json::value expires_in = 3600) {
    const json::object wanted{{"label", role}, {"role", role}, {"expires_in", expires_in}};
    const auto reply = ask("POST", "/api/v1/tokens", json::serialize(wanted));
    EXPECT_EQ(reply.status, 200) << reply.body;
    return std::string(reply.value().at("token").as_string());
  }

  std::vector<std::string> audit() {
    std::vector<std::string> lines;
    const auto answer = ask("GET", "/api/v1/audit?limit=1000").value();
    for (const json::value& entry : answer.at("audit").as_array()) {
      lines.push_back(std::string(entry.at("user").as_string()) + " " + std::string(entry.at("address").as_string()) +
                      " " + std::string(entry.at("what").as_string()));
    }
    return lines;
  }

  static std::string from(std::string_view address) { return "X-Forwarded-For: " + std::string(address) + "\r\n"; }
  static std::string bearer(std::string_view token) { return "Authorization: Bearer " + std::string(token) + "\r\n"; }

  Server::Options web_options_;
  std::optional<Server> web_;
};

}  // namespace evenkeel::api
