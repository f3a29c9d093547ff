// The web socket: who gets in, and for how long.

#include "web_fixture.h"

namespace evenkeel::api {
namespace {

TEST_F(WebTest, NothingIsAnsweredToWhoHasNotSignedIn) {
  for (const char* target : {"/api/v1/status", "/api/v1/configuration", "/nowhere", "/api/v1/session"}) {
    EXPECT_EQ(web("GET", target).status, 401) << target;
  }
  EXPECT_EQ(web("PUT", "/api/v1/configuration", "{}").status, 401);
  EXPECT_EQ(web("GET", "/api/v1/status", "", "Cookie: evenkeel_session=\r\n").status, 401);
  EXPECT_EQ(web("GET", "/api/v1/status", "", bearer("ek_guess")).status, 401);
  EXPECT_EQ(web("GET", "/api/v1/status", "", "Authorization: Basic cm9vdDpyb290\r\n").status, 401);
}

TEST_F(WebTest, BeforeTheSetupSigningInSaysWhatToDo) {
  const auto reply = try_to_sign_in("loadbalancer", "loadbalancer");
  EXPECT_EQ(reply.status, 403);
  EXPECT_NE(reply.message().find("evenkeel setup"), std::string::npos);
}

TEST_F(WebTest, ASessionOpensWhatItsRoleMay) {
  add_user("loadbalancer", "administrator");
  const auto reply = try_to_sign_in("loadbalancer", kPassword);
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.value().at("user"), "loadbalancer");
  EXPECT_EQ(reply.value().at("role"), "administrator");
  EXPECT_EQ(reply.value().at("idle_seconds"), 900);
  EXPECT_EQ(reply.value().at("expires_at").as_string(), to_iso8601(clock_.wall_now() + std::chrono::hours(12)));
  const std::string cookie = reply.header("Set-Cookie");
  EXPECT_TRUE(cookie.ends_with("; Path=/; HttpOnly; Secure; SameSite=Strict")) << cookie;
  const SignedIn session{cookie_value(cookie, kSessionCookie), std::string(reply.value().at("csrf_token").as_string())};
  EXPECT_EQ(web("GET", "/api/v1/session", "", session.look()).value(), reply.value());
  EXPECT_EQ(web("GET", "/api/v1/status", "", session.look()).status, 200);
  EXPECT_EQ(web("DELETE", "/api/v1/virtual-services/Print_Provider", "", session.change()).status, 200);
  EXPECT_EQ(control_.last_change->author, "loadbalancer");
}

TEST_F(WebTest, EverythingWrongIsToldInTheSameWords) {
  add_user("ann", "viewer");
  const auto unknown = try_to_sign_in("eve", kPassword);
  const auto wrong = try_to_sign_in("ann", "four quiet green cats");
  EXPECT_EQ(unknown.status, 401);
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(unknown.body, wrong.body);
  EXPECT_EQ(try_to_sign_in("Ann", kPassword).body, wrong.body);
}

TEST_F(WebTest, AChangeWantsTheSessionsOwnCsrfToken) {
  add_user("ann", "administrator");
  const auto ann = sign_in("ann");
  const auto other = sign_in("ann");
  const std::string target = "/api/v1/virtual-services/Print_Provider";
  EXPECT_EQ(web("DELETE", target, "", ann.look()).status, 403);
  EXPECT_EQ(web("DELETE", target, "", ann.look() + "X-CSRF-Token: \r\n").status, 403);
  EXPECT_EQ(web("DELETE", target, "", ann.look() + "X-CSRF-Token: " + other.csrf + "\r\n").status, 403);
  EXPECT_EQ(web("DELETE", target, "", ann.look() + "X-CSRF-Token: " + ann.token + "\r\n").status, 403);
  EXPECT_FALSE(control_.last_change);
  EXPECT_EQ(web("DELETE", "/api/v1/session", "", ann.look()).status, 403);
  EXPECT_EQ(web("DELETE", target, "", ann.change()).status, 200);
}

TEST_F(WebTest, SigningOutEndsTheSessionForGood) {
  add_user("ann", "viewer");
  const auto ann = sign_in("ann");
  const auto out = web("DELETE", "/api/v1/session", "", ann.change());
  EXPECT_EQ(out.status, 200);
  EXPECT_NE(out.header("Set-Cookie").find("Max-Age=0"), std::string::npos);
  EXPECT_EQ(web("GET", "/api/v1/status", "", ann.look()).status, 401);
  EXPECT_EQ(web("GET", "/api/v1/session", "", ann.look()).status, 401);
}

TEST_F(WebTest, IdleSessionsEndAndThePageAloneDoesNotKeepThem) {
  add_user("ann", "viewer");
  const auto ann = sign_in("ann");
  for (int times = 0; times < 3; ++times) {
    clock_.advance(std::chrono::minutes(14));
    EXPECT_EQ(web("GET", "/api/v1/status", "", ann.look()).status, 200);
  }
  clock_.advance(std::chrono::minutes(14));
  EXPECT_EQ(web("GET", "/api/v1/status", "", ann.look() + "X-Background: true\r\n").status, 200);
  clock_.advance(std::chrono::minutes(1));
  EXPECT_EQ(web("GET", "/api/v1/status", "", ann.look()).status, 401);
}

TEST_F(WebTest, ARestartSignsNobodyOutAndNobodyIn) {
  add_user("ann", "viewer");
  const auto ann = sign_in("ann");
  const auto gone = sign_in("ann");
  web("DELETE", "/api/v1/session", "", gone.change());
  web_.reset();
  open_accounts();
  start();
  web_.emplace(io_, behind_gate([this](Request request) { return router_->serve(std::move(request)); }, *accounts_),
               web_options_);
  ASSERT_TRUE(web_->listen());
  EXPECT_EQ(web("GET", "/api/v1/status", "", ann.look()).status, 200);
  EXPECT_EQ(web("GET", "/api/v1/status", "", gone.look()).status, 401);
}

TEST_F(WebTest, AfterFiveWrongPasswordsTheRightOneWaitsToo) {
  add_user("ann", "viewer");
  for (int attempt = 0; attempt < 5; ++attempt) EXPECT_EQ(try_to_sign_in("ann", "wrong").status, 401);
  const auto reply = try_to_sign_in("ann", kPassword);
  EXPECT_EQ(reply.status, 429);
  EXPECT_EQ(reply.header("Retry-After"), "1");
  clock_.advance(std::chrono::seconds(1));
  EXPECT_EQ(try_to_sign_in("ann", kPassword).status, 200);
}

TEST_F(WebTest, AnAddressIsTheLastOneThatIsForwarded) {
  EXPECT_EQ(client_address("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(client_address("10.0.0.1, 192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(client_address("2001:db8::1"), "2001:db8::1");
  EXPECT_EQ(client_address(""), "unknown");
  EXPECT_EQ(client_address("192.0.2.1, "), "unknown");
}

TEST_F(WebTest, CookiesAreFoundAmongOthers) {
  EXPECT_EQ(cookie_value("a=1; evenkeel_session=x=y; b=2", kSessionCookie), "x=y");
  EXPECT_EQ(cookie_value("evenkeel_session2=x; not_evenkeel_session=y", kSessionCookie), "");
  EXPECT_EQ(cookie_value(";;;evenkeel_session", kSessionCookie), "");
}

TEST_F(WebTest, APageOfAnotherSiteCannotSignIn) {
  add_user("ann", "viewer");
  const std::string body = R"({"user": "ann", "password": "four quiet green boats"})";
  EXPECT_EQ(web("POST", "/api/v1/session", body, "Sec-Fetch-Site: cross-site\r\n").status, 403);
  EXPECT_EQ(web("POST", "/api/v1/session", body, "Sec-Fetch-Site: same-origin\r\n").status, 200);
}

TEST_F(WebTest, TheSecondFactorCountsOnceConfirmed) {
  add_user("ann", "viewer");
  const auto ann = sign_in("ann");
  const auto begun = web("POST", "/api/v1/users/ann/totp", "", ann.change());
  ASSERT_EQ(begun.status, 200) << begun.body;
  const std::string key = access::decode_base32(begun.value().at("secret").as_string()).value();
  const auto code = [&] {
    return access::totp_code(
        key, std::chrono::duration_cast<std::chrono::seconds>(clock_.wall_now().time_since_epoch()).count() / 30);
  };
  EXPECT_EQ(try_to_sign_in("ann", kPassword).status, 200);  // not confirmed
  EXPECT_EQ(web("POST", "/api/v1/users/ann/totp", R"({"code": "000000"})", ann.change()).status, 400);
  const json::object confirmation{{"code", code()}};
  ASSERT_EQ(web("POST", "/api/v1/users/ann/totp", json::serialize(confirmation), ann.change()).status, 200);

  const auto wanted = try_to_sign_in("ann", kPassword);
  EXPECT_EQ(wanted.status, 401);
  EXPECT_EQ(wanted.value().at("code_required"), true);
  EXPECT_FALSE(try_to_sign_in("ann", "wrong").value().as_object().contains("code_required"));
  EXPECT_EQ(try_to_sign_in("ann", kPassword, code()).status, 401);  // the one that confirmed
  clock_.advance(std::chrono::seconds(30));
  const std::string once = code();
  EXPECT_EQ(try_to_sign_in("ann", kPassword, once).status, 200);
  EXPECT_EQ(try_to_sign_in("ann", kPassword, once).status, 401);

  EXPECT_EQ(web("DELETE", "/api/v1/users/ann/totp", "", ann.change()).status, 200);
  clock_.advance(std::chrono::minutes(1));
  EXPECT_EQ(try_to_sign_in("ann", kPassword).status, 200);
}

TEST_F(WebTest, TokensOpenUntilTheyExpireOrAreRemoved) {
  const std::string token = make_token("operator");
  EXPECT_TRUE(token.starts_with("ek_"));
  EXPECT_EQ(web("GET", "/api/v1/status", "", bearer(token)).status, 200);
  EXPECT_EQ(web("GET", "/api/v1/session", "", bearer(token)).value().at("user"), "token operator");
  EXPECT_EQ(web("POST", "/api/v1/virtual-services/Print_Provider/failback", "", bearer(token)).status, 200);
  EXPECT_EQ(control_.failed_back, "Print_Provider by token operator");
  EXPECT_EQ(web("DELETE", "/api/v1/virtual-services/Print_Provider", "", bearer(token)).status, 403);
  clock_.advance(std::chrono::seconds(3600));
  EXPECT_EQ(web("GET", "/api/v1/status", "", bearer(token)).status, 401);

  const std::string lasting = make_token("viewer", nullptr);
  EXPECT_EQ(web("GET", "/api/v1/status", "", bearer(lasting)).status, 200);
  EXPECT_EQ(ask("GET", "/api/v1/tokens").body.find(lasting), std::string::npos);
  EXPECT_EQ(ask("DELETE", "/api/v1/tokens/2").status, 200);
  EXPECT_EQ(web("GET", "/api/v1/status", "", bearer(lasting)).status, 401);
}

TEST_F(WebTest, AStreamEndsWithItsSession) {
  add_user("ann", "viewer");
  const auto ann = sign_in("ann");
  Client events(io_, web_options_.socket_path);
  events.send(http("GET", "/api/v1/events", "", ann.look()));
  ASSERT_EQ(events.reply().status, 200);
  control_.log.append(observed::EventKind::kStarted, "", "seen");
  ASSERT_TRUE(events.wait_for("seen"));
  web("DELETE", "/api/v1/session", "", ann.change());
  control_.log.append(observed::EventKind::kStarted, "", "secret");
  EXPECT_TRUE(events.wait_until_closed());
  EXPECT_EQ(events.received().find("secret"), std::string::npos);
}

TEST_F(WebTest, TheConsolesSocketNeedsNoSession) {
  EXPECT_EQ(ask("GET", "/api/v1/session").value().at("role"), "administrator");
  EXPECT_EQ(ask("GET", "/api/v1/status", "", "Cookie: evenkeel_session=stale\r\n").status, 200);
  EXPECT_EQ(ask("DELETE", "/api/v1/session").status, 404);
}

}  // namespace
}  // namespace evenkeel::api
