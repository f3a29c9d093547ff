#include "api_fixture.h"

namespace evenkeel::api {
namespace {

TEST_F(ApiTest, ABackupIsMadeWithThePassphraseOfTheBody) {
  const auto reply = ask("POST", "/api/v1/backup", R"({"passphrase": "correct horse"})");
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.value().at("sealed_with"), "correct horse");
}

TEST_F(ApiTest, APassphraseIsALongText) {
  for (const char* body : {"", "{}", "[]", R"({"passphrase": 5})", R"({"passphrase": "short"})",
                           R"({"passphrase": "correct horse", "password": "x"})"}) {
    const auto reply = ask("POST", "/api/v1/backup", body);
    EXPECT_EQ(reply.status, 400) << body;
    EXPECT_EQ(reply.body.find("short\""), std::string::npos);
  }
  EXPECT_EQ(ask("POST", "/api/v1/backup", R"({"passphrase": ")" + std::string(1025, 'a') + R"("})").status, 400);
}

TEST_F(ApiTest, ARestoreSaysWhatItChanges) {
  const auto reply =
      ask("POST", "/api/v1/restore", R"({"backup": {"format": "x"}, "passphrase": "correct horse", "dry_run": true})");
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_TRUE(control_.last_restore->dry_run);
  EXPECT_EQ(control_.last_restore->backup, json::parse(R"({"format": "x"})"));
  const json::value answer = reply.value();
  EXPECT_EQ(answer.at("dry_run"), true);
  EXPECT_EQ(answer.at("revision"), nullptr);
  EXPECT_EQ(answer.at("backup"), json::parse(R"({"host": "lb1", "made_at": "2026-01-31T08:00:00.000Z",
                                                 "made_by": "0.1.0", "revision": 7, "own": true})"));
  EXPECT_EQ(answer.at("certificates"), json::parse(R"({"added": ["new"], "changed": ["other"], "removed": ["old"]})"));
  EXPECT_EQ(answer.at("users").at("added"), json::parse(R"(["ann"])"));
  EXPECT_EQ(answer.at("operator_actions"), 2);
}

TEST_F(ApiTest, ARestoreIsARevision) {
  control_.restores_users = false;
  const auto reply = ask("POST", "/api/v1/restore", R"({"backup": {}, "passphrase": "correct horse"})");
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.value().at("revision"), 2);
  EXPECT_EQ(reply.value().at("users"), nullptr);
}

TEST_F(ApiTest, ARefusedRestoreSaysWhy) {
  const auto reply = ask("POST", "/api/v1/restore", R"({"backup": {}, "passphrase": "wrong wrong"})");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.message(), "the passphrase is wrong");
  EXPECT_EQ(ask("POST", "/api/v1/restore", R"({"backup": {}, "passphrase": "correct horse", "dry_run": 1})").status,
            400);
}

}  // namespace
}  // namespace evenkeel::api
