// Who may do what: every route, every role.

#include "web_fixture.h"

namespace evenkeel::api {
namespace {

using access::Role;

std::string target_of(const Route& route) {
  std::string target(route.pattern);
  for (size_t open = target.find('{'); open != std::string::npos; open = target.find('{')) {
    target.replace(open, target.find('}') + 1 - open, "9");
  }
  return target;
}

TEST(Roles, ViewersLookOperatorsOperateAdministratorsChange) {
  std::vector<std::string> operators, viewers, hidden, open;
  for (const Route& route : routes()) {
    const std::string name = std::string(route.method) + " " + std::string(route.pattern);
    const bool looks = route.method == "GET";
    if (route.role() == Role::kNobody) open.push_back(name);
    if (route.role() == Role::kOperator) operators.push_back(name);
    if (route.role() == Role::kViewer && !looks) viewers.push_back(name);
    if (route.role() == Role::kAdministrator && looks) hidden.push_back(name);
  }
  const std::string server = "POST /api/v1/virtual-services/{label}/real-servers/{real_server}/";
  EXPECT_THAT(open, testing::ElementsAre("POST /api/v1/session"));
  EXPECT_THAT(operators,
              testing::UnorderedElementsAre("DELETE /api/v1/persistence", "POST /api/v1/alerts/test",
                                            "POST /api/v1/virtual-services/{label}/failback", server + "health/test",
                                            server + "online", server + "drain", server + "halt"));
  // Their handlers look at whose they are.
  EXPECT_THAT(viewers,
              testing::UnorderedElementsAre("DELETE /api/v1/session", "POST /api/v1/users/{name}/password",
                                            "POST /api/v1/users/{name}/totp", "DELETE /api/v1/users/{name}/totp"));
  EXPECT_THAT(hidden, testing::UnorderedElementsAre("GET /api/v1/users", "GET /api/v1/tokens", "GET /api/v1/audit"));
}

TEST_F(WebTest, EveryRouteAsksForItsRole) {
  const std::map<Role, std::string> tokens{{Role::kViewer, bearer(make_token("viewer"))},
                                           {Role::kOperator, bearer(make_token("operator"))},
                                           {Role::kAdministrator, bearer(make_token("administrator"))}};
  for (const Route& route : routes()) {
    if (route.role() == Role::kNobody) continue;
    const std::string target = target_of(route);
    EXPECT_EQ(web(route.method, target).status, 401) << route.method << " " << target;
    for (const auto& [role, header] : tokens) {
      const auto reply = web(route.method, target, "", header);
      const bool is_refused = reply.status == 403 && reply.message().starts_with("this needs the role");
      EXPECT_EQ(is_refused, role < route.role()) << route.method << " " << target << " as " << to_string(role);
      EXPECT_NE(reply.status, 401) << target;
    }
  }
}

TEST_F(WebTest, ARefusalNamesTheRoleThatIsNeeded) {
  const auto reply = web("PUT", "/api/v1/configuration", "{}", bearer(make_token("viewer")));
  EXPECT_EQ(reply.status, 403);
  EXPECT_EQ(reply.message(), "this needs the role administrator; token viewer has the role viewer");
}

TEST_F(WebTest, SecretsAreForRootAloneWhateverTheRole) {
  EXPECT_EQ(web("GET", "/api/v1/configuration?secrets=plain", "", bearer(make_token("administrator"))).status, 403);
}

TEST_F(WebTest, OneselfAndAdministratorsChangePasswords) {
  add_user("ann", "viewer");
  add_user("bob", "operator");
  add_user("root", "administrator");
  const auto ann = sign_in("ann");
  const auto elsewhere = sign_in("ann");
  const std::string wanted = R"({"password": "five quiet green boats"})";
  EXPECT_EQ(web("POST", "/api/v1/users/bob/password", wanted, ann.change()).status, 403);
  EXPECT_EQ(web("POST", "/api/v1/users/ann/password", wanted, ann.change()).status, 400);  // the old one is missing
  EXPECT_EQ(web("POST", "/api/v1/users/ann/password",
                R"({"password": "five quiet green boats", "old_password": "wrong"})", ann.change())
                .status,
            403);
  EXPECT_EQ(web("POST", "/api/v1/users/ann/password",
                R"({"password": "short", "old_password": "four quiet green boats"})", ann.change())
                .status,
            400);
  EXPECT_EQ(web("POST", "/api/v1/users/ann/password",
                R"({"password": "five quiet green boats", "old_password": "four quiet green boats"})", ann.change())
                .status,
            200);
  EXPECT_EQ(web("GET", "/api/v1/status", "", ann.look()).status, 200);
  EXPECT_EQ(web("GET", "/api/v1/status", "", elsewhere.look()).status, 401);
  EXPECT_EQ(try_to_sign_in("ann", kPassword).status, 401);

  const auto root = sign_in("root");
  const auto bob = sign_in("bob");
  EXPECT_EQ(web("POST", "/api/v1/users/bob/password", wanted, root.change()).status, 200);
  EXPECT_EQ(web("GET", "/api/v1/status", "", bob.look()).status, 401);
}

TEST_F(WebTest, UsersSeeThemselvesAndAdministratorsAll) {
  add_user("ann", "viewer");
  add_user("root", "administrator");
  const auto ann = sign_in("ann");
  EXPECT_EQ(web("GET", "/api/v1/users/ann", "", ann.look()).status, 200);
  EXPECT_EQ(web("GET", "/api/v1/users/root", "", ann.look()).status, 403);
  const auto all = web("GET", "/api/v1/users", "", sign_in("root").look());
  EXPECT_EQ(all.value().at("users").as_array().size(), 2u);
  EXPECT_EQ(all.body.find("argon2"), std::string::npos);
}

TEST_F(WebTest, AChangedRoleHoldsAtOnceAndARemovedUserIsOut) {
  add_user("ann", "administrator");
  add_user("bob", "administrator");
  const auto ann = sign_in("ann");
  EXPECT_EQ(web("GET", "/api/v1/audit", "", ann.look()).status, 200);
  EXPECT_EQ(ask("PATCH", "/api/v1/users/ann", R"({"role": "viewer"})").status, 200);
  EXPECT_EQ(web("GET", "/api/v1/audit", "", ann.look()).status, 403);
  EXPECT_EQ(ask("DELETE", "/api/v1/users/ann").status, 200);
  EXPECT_EQ(web("GET", "/api/v1/status", "", ann.look()).status, 401);
  EXPECT_EQ(ask("DELETE", "/api/v1/users/bob").status, 409);
  EXPECT_EQ(ask("PATCH", "/api/v1/users/bob", R"({"role": "viewer"})").status, 409);
}

TEST_F(WebTest, WhatIsWrongWithAUserIsSaidAtItsPlace) {
  const std::vector<std::pair<std::string, std::string>> wrong{
      {R"({"name": "", "role": "viewer", "password": "four quiet green boats"})", "$.name"},
      {R"({"name": "a b", "role": "viewer", "password": "four quiet green boats"})", "$.name"},
      {R"({"name": "ann", "role": "god", "password": "four quiet green boats"})", "$.role"},
      {R"({"name": "ann", "role": "viewer", "password": "short"})", "$.password"},
      {R"({"name": "ann", "role": "viewer", "source": "pam", "password": "four quiet green boats"})", "$.password"},
      {R"({"name": "ann", "role": "viewer", "source": "ldap"})", "$.source"},
      {R"({"name": 7, "role": "viewer", "password": "four quiet green boats"})", "$.name"},
      {R"([])", "$"}};
  for (const auto& [body, path] : wrong) {
    const auto reply = ask("POST", "/api/v1/users", body);
    EXPECT_EQ(reply.status, 400) << body;
    EXPECT_EQ(reply.value().at("error").at("problems").at(0).at("path").as_string(), path) << reply.body;
    EXPECT_EQ(reply.body.find("quiet"), std::string::npos) << reply.body;
  }
  const auto reply =
      ask("POST", "/api/v1/users", R"({"name": "ann", "role": "viewer", "pasword": "four quiet green boats"})");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.body.find("quiet"), std::string::npos) << reply.body;
}

TEST_F(WebTest, TheAuditTrailSaysWhoDidWhatAndNoSecrets) {
  add_user("ann", "administrator");
  try_to_sign_in("ann", "my wrong passphrase");
  try_to_sign_in("my passphrase in the wrong field", "x");
  const auto ann = sign_in("ann");
  const std::string there = from("192.0.2.9");
  web("DELETE", "/api/v1/virtual-services/Print_Provider?comment=gone", "", ann.change() + there);
  web("DELETE", "/api/v1/virtual-services/Papercut_WUI?dry_run=true", "", ann.change() + there);
  web("GET", "/api/v1/status", "", ann.look());
  web("DELETE", "/api/v1/session", "", ann.change() + there);
  const std::string token = make_token("viewer");
  const auto lines = audit();
  EXPECT_THAT(lines,
              testing::ElementsAre("root local POST /api/v1/tokens (viewer, role viewer)", "ann 192.0.2.9 signed out",
                                   "ann 192.0.2.9 DELETE /api/v1/virtual-services/Print_Provider (revision 2)",
                                   "ann 192.0.2.1 signed in", " 192.0.2.1 sign-in failed: there is no such user",
                                   "ann 192.0.2.1 sign-in failed",
                                   "root local POST /api/v1/users (ann, local, role administrator)"));
  EXPECT_EQ(ask("GET", "/api/v1/audit?limit=1&user=ann").value().at("audit").at(0).at("what"), "signed out");
  const auto second = ask("GET", "/api/v1/audit?limit=2").value().at("audit").at(1).at("id").as_int64();
  const auto page = ask("GET", "/api/v1/audit?limit=1&before=" + std::to_string(second)).value();
  EXPECT_EQ(page.at("audit").at(0).at("id").as_int64(), second - 1);
}

TEST_F(ApiTest, WithoutTheirStoreAccountsAreUnavailable) {
  EXPECT_EQ(ask("GET", "/api/v1/users").status, 503);
  EXPECT_EQ(ask("POST", "/api/v1/session", R"({"user": "a", "password": "b"})").status, 503);
  EXPECT_EQ(ask("GET", "/api/v1/status").status, 200);
}

}  // namespace
}  // namespace evenkeel::api
