#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/restore_view.h"
#include "tests/unit/cli/fake_world.h"
#include "tests/unit/temporary_directory.h"

namespace evenkeel::cli {
namespace {

using testing::HasSubstr;

class BackupCommand : public testing::Test {
 protected:
  ~BackupCommand() override { unsetenv("EVENKEEL_PASSPHRASE"); }

  std::string file(const std::string& name, const std::string& text) {
    std::ofstream(directory_ / name) << text;
    return directory_ / name;
  }
  static std::string text_of(const std::filesystem::path& path) {
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }

  TemporaryDirectory directory_;
  FakeWorld fake_;
};

TEST_F(BackupCommand, WritesAFileForItsOwnerAlone) {
  fake_.answer(R"({"format": "evenkeel-backup", "revision": 12})");
  const std::filesystem::path target = directory_ / "lb.backup";
  ASSERT_EQ(fake_.run({"backup", target, "--passphrase-file", file("secret", "correct horse\n")}), ExitCode::kOk)
      << fake_.error.str();
  EXPECT_EQ(fake_.script.requests.at(0).target, "/api/v1/backup");
  EXPECT_EQ(fake_.script.requests.at(0).body, R"({"passphrase":"correct horse"})");
  EXPECT_THAT(text_of(target), HasSubstr("evenkeel-backup"));
  EXPECT_EQ(std::filesystem::status(target).permissions(), std::filesystem::perms(0600));
  EXPECT_THAT(fake_.out.str(), HasSubstr("Backup of revision 12"));
}

TEST_F(BackupCommand, AsksTwiceForThePassphrase) {
  std::vector<std::string> typed{"correct horse", "correct house"};
  fake_.world.read_secret = [&](const std::string&) -> Result<std::string> {
    std::string first = typed.front();
    typed.erase(typed.begin());
    return first;
  };
  EXPECT_EQ(fake_.run({"backup", "-"}), ExitCode::kRefused);
  EXPECT_TRUE(fake_.script.requests.empty());
}

TEST_F(BackupCommand, RestoresWithThePassphraseOfTheEnvironment) {
  setenv("EVENKEEL_PASSPHRASE", "correct horse", 1);
  fake_.answer(R"({"revision": null, "dry_run": true, "plan": {"changes": []}})");
  const auto backup = file("lb.backup", R"({"format": "evenkeel-backup"})");
  ASSERT_EQ(fake_.run({"restore", backup, "--dry-run"}), ExitCode::kOk) << fake_.error.str();
  EXPECT_EQ(fake_.script.requests.at(0).body,
            R"({"backup":{"format":"evenkeel-backup"},"passphrase":"correct horse","dry_run":true})");
}

TEST_F(BackupCommand, KnowsWhatIsNoBackup) {
  setenv("EVENKEEL_PASSPHRASE", "correct horse", 1);
  EXPECT_EQ(fake_.run({"restore", file("cut", R"({"format": "evenkeel-ba)")}), ExitCode::kUsage);
  EXPECT_EQ(fake_.run({"restore", directory_ / "none"}), ExitCode::kUsage);
  EXPECT_EQ(fake_.run({"restore", file("huge", std::string((15 << 20) + 1, ' '))}), ExitCode::kUsage);
  EXPECT_THAT(fake_.error.str(), HasSubstr("too big"));
  EXPECT_TRUE(fake_.script.requests.empty());
}

TEST(RestoreView, SaysWhatComesAndGoes) {
  setenv("TZ", "UTC", 1);
  const auto answer = boost::json::parse(R"({"revision": 9, "dry_run": false, "plan": {"changes": []},
      "backup": {"host": "lb1", "made_at": "2026-01-31T08:00:00.000Z", "made_by": "0.1.0", "revision": 7, "own": false},
      "certificates": {"added": ["www"], "changed": [], "removed": ["old"]}, "users": null,
      "files": {"added": [], "changed": ["web interface's certificate"], "removed": []}, "tokens": null,
      "operator_actions": 1})");
  EXPECT_EQ(render_restore(answer, {}),
            "Backup of lb1, 2026-01-31 08:00:00, revision 7: made by another appliance.\n"
            "+ certificate www\n"
            "- certificate old\n"
            "~ the web interface's certificate\n"
            "The backup has no administrator: users and tokens stay as they are.\n"
            "Real servers drained or halted in it: 1.\n"
            "Revision 9 is in force.\n");
}

}  // namespace
}  // namespace evenkeel::cli
