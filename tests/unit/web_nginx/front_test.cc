#include "engines/web_nginx/front.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/state_file.h"
#include "engines/child.h"
#include "engines/web_nginx/certificate.h"
#include "engines/web_nginx/frame.h"
#include "engines/web_nginx/process.h"

namespace evenkeel::engines::web_nginx {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

Front front() {
  return {.addresses = {*Endpoint::parse("0.0.0.0:9443"), *Endpoint::parse("[::]:9443")},
          .plain_port = 0,
          .site = "/run/evenkeel/web/site",
          .certificate = "/var/lib/evenkeel/web/certificate.pem",
          .fingerprints = "AB:CD",
          .upstream = "/run/evenkeel/web.sock",
          .acme_thumbprint = {}};
}

// EVENKEEL_UPDATE_GOLDEN=1 in the environment writes it anew.
TEST(RenderFront, IsTheGoldenFile) {
  const std::string golden = EVENKEEL_SOURCE_DIRECTORY "/tests/unit/web_nginx/front.conf";
  const auto text = render_file({.directory = "/run/evenkeel/web"}, render_front(front()));
  if (std::getenv("EVENKEEL_UPDATE_GOLDEN") != nullptr) std::ofstream(golden) << text;
  EXPECT_EQ(text, read_state_file(golden));
}

TEST(RenderFront, NginxTakesIt) {
  const std::string directory = testing::TempDir() + "front" + std::to_string(::getpid());
  const Paths paths{.directory = directory};
  std::filesystem::create_directories(paths.control());
  std::filesystem::create_directories(paths.temporary());
  auto wanted = front();
  // No port below 1024 and none that this machine may have: nginx tries them.
  wanted.addresses = {*Endpoint::parse("127.0.0.1:0")};
  wanted.addresses[0].port = 39443;
  wanted.plain_port = 39080;
  wanted.acme_thumbprint = "aB3_-";
  wanted.certificate = directory + "/certificate.pem";
  ASSERT_TRUE(write_state_file(wanted.certificate, *generate({"lb", {}}, SystemClock().wall_now())));
  ASSERT_TRUE(write_state_file(paths.configuration(), render_file(paths, render_front(wanted))));
  const auto checked =
      run_to_end({paths.program, "-t", "-e", paths.error_log(), "-c", paths.configuration()}, std::chrono::seconds(20));
  ASSERT_TRUE(checked) << to_string(checked.error());
  EXPECT_TRUE(checked->succeeded) << checked->text;
  EXPECT_THAT(checked->text, Not(HasSubstr("[warn]")));
  std::filesystem::remove_all(directory);
}

TEST(RenderFront, PlainHttpIsOnlyThereWhenItIsWanted) {
  auto wanted = front();
  EXPECT_THAT(render_front(wanted), Not(HasSubstr("9080")));
  wanted.plain_port = 9080;
  EXPECT_THAT(render_front(wanted), AllOf(HasSubstr("listen 0.0.0.0:9080;"), HasSubstr("listen [::]:9080;"),
                                          HasSubstr("return 301 https://$host:9443$request_uri;")));
}

TEST(RenderFront, PlainHttpAnswersAcmeForOurAccount) {
  auto wanted = front();
  wanted.acme_thumbprint = "aB3_-";
  EXPECT_THAT(render_front(wanted), Not(HasSubstr("acme-challenge")));
  wanted.plain_port = 80;
  EXPECT_THAT(render_front(wanted), HasSubstr("return 200 \"$1.aB3_-\";"));
  wanted.acme_thumbprint.clear();
  EXPECT_THAT(render_front(wanted), Not(HasSubstr("acme-challenge")));
}

TEST(RenderFront, AnotherCertificateIsAnotherName) {
  auto other = front();
  other.fingerprints = "AB:CD, EF:01";
  const Paths paths{.directory = "/run/evenkeel/web"};
  EXPECT_NE(file_name(paths, render_front(front())), file_name(paths, render_front(other)));
  EXPECT_THAT(render_file(paths, render_front(other)), HasSubstr(file_name(paths, render_front(other))));
}

TEST(QuotedPath, WhatWouldMeanSomethingToNginxIsRefused) {
  EXPECT_EQ(*quoted_path("/a b/c"), "\"/a b/c\"");
  for (const char* path : {"relative", "", "/a\"b", "/a;b", "/a$b", "/a{b", "/a}b", "/a\nb", "/a\\b", "/a#b"}) {
    EXPECT_FALSE(quoted_path(path)) << path;
  }
}

TEST(Complaints, AreNginxsOwnWordsEachOnce) {
  EXPECT_EQ(complaints("2026/11/26 07:00:00 [notice] 1#1: signal 1 received\n"
                       "2026/11/26 07:00:00 [emerg] 1#1: bind() to 0.0.0.0:9443 failed (98: Address already in use)\n"
                       "2026/11/26 07:00:01 [emerg] 1#1: bind() to 0.0.0.0:9443 failed (98: Address already in use)\n"
                       "2026/11/26 07:00:01 [emerg] 1#1: still could not bind()\n"),
            "bind() to 0.0.0.0:9443 failed (98: Address already in use)");
  EXPECT_EQ(complaints("nginx: [emerg] unknown directive \"lisen\" in /x:3\n"), "unknown directive \"lisen\" in /x:3");
  EXPECT_EQ(complaints(""), "it says nothing");
  EXPECT_EQ(complaints("something else\nmore"), "something else");
}

}  // namespace
}  // namespace evenkeel::engines::web_nginx
