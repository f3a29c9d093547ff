#include "engines/web_nginx/fallback.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/state_file.h"
#include "engines/child.h"
#include "engines/web_nginx/frame.h"
#include "model/default_page.h"

namespace evenkeel::engines::web_nginx {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

desired::FallbackPages pages() {
  return {{{"", "", {*Endpoint::parse("0.0.0.0:9081"), *Endpoint::parse("10.0.0.1:80")}},
           {"Papercut_WUI", "<p>Back at nine", {*Endpoint::parse("10.0.0.2:9191")}}}};
}

TEST(RenderFallback, IsTheGoldenFile) {
  const Paths paths{.directory = "/run/evenkeel/fallback"};
  const std::string golden = EVENKEEL_SOURCE_DIRECTORY "/tests/unit/web_nginx/fallback.conf";
  const auto text = render_file(paths, render_fallback(pages(), paths.files()).http);
  if (std::getenv("EVENKEEL_UPDATE_GOLDEN") != nullptr) std::ofstream(golden) << text;
  EXPECT_EQ(text, read_state_file(golden));
}

TEST(RenderFallback, NginxTakesIt) {
  const Paths paths{.directory = testing::TempDir() + "fallback" + std::to_string(::getpid())};
  std::filesystem::create_directories(paths.control());
  std::filesystem::create_directories(paths.temporary());
  auto wanted = pages();
  wanted.pages[0].endpoints = {*Endpoint::parse("127.0.0.1:39081")};
  wanted.pages[1].endpoints = {*Endpoint::parse("127.129.1.2:39081")};
  const auto site = render_fallback(wanted, paths.files());
  ASSERT_TRUE(write_state_file(paths.configuration(), render_file(paths, site.http)));
  const auto checked =
      run_to_end({paths.program, "-t", "-e", paths.error_log(), "-c", paths.configuration()}, std::chrono::seconds(20));
  ASSERT_TRUE(checked) << to_string(checked.error());
  EXPECT_TRUE(checked->succeeded) << checked->text;
  EXPECT_THAT(checked->text, Not(HasSubstr("[warn]")));
  std::filesystem::remove_all(paths.directory);
}

TEST(RenderFallback, AVirtualServicesOwnPageIsAFileOfItsOwn) {
  const auto site = render_fallback(pages(), "/files");
  EXPECT_EQ(site.files.at("own-Papercut_WUI.html"), "<p>Back at nine");
  EXPECT_EQ(site.files.at("page.html"), model::kDefaultPage);
  EXPECT_THAT(site.http, Not(HasSubstr("Back at nine"))) << "nothing of a page stands in the configuration";
}

TEST(RenderFallback, WithoutPagesThereIsNothingToServe) {
  EXPECT_THAT(render_fallback({}, "/files").http, IsEmpty());
}

TEST(RenderFallback, APageThatIsLeftWithoutAPortIsLeftOut) {
  auto wanted = pages();
  wanted.pages[1].endpoints.clear();
  EXPECT_THAT(render_fallback(wanted, "/files").http, Not(HasSubstr("Papercut_WUI")));
}

TEST(HeldEndpoints, AreNoneWhileNginxDoesNotRun) {
  const Paths paths{.directory = testing::TempDir() + "held" + std::to_string(::getpid())};
  ASSERT_TRUE(write_state_file(paths.configuration(), "listen 127.0.0.1:80;\n"));
  EXPECT_THAT(held_endpoints(paths), IsEmpty());
  ASSERT_TRUE(write_state_file(paths.master_pid(), std::to_string(::getpid())));
  EXPECT_THAT(held_endpoints(paths), IsEmpty()) << "this process is no nginx";
  std::filesystem::remove_all(paths.directory);
}

}  // namespace
}  // namespace evenkeel::engines::web_nginx
