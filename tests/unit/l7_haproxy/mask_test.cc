#include "engines/l7_haproxy/mask.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::engines::l7_haproxy {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Mask, WhatRulesCompareWithAndSetIsHiddenWhereItIsASecret) {
  EXPECT_EQ(masked("    http-request set-header Authorization 'Basic c2VzYW1l' if inside.1\n"),
            "    http-request set-header Authorization **** if inside.1\n");
  EXPECT_EQ(masked("    acl inside.1 req.fhdr(X-Api-Key) -m str -- sesame\n"),
            "    acl inside.1 req.fhdr(X-Api-Key) -m str -- ****\n");
  EXPECT_EQ(masked("    acl inside.1 url_param(token) -m beg -- -sesame\n"),
            "    acl inside.1 url_param(token) -m beg -- ****\n");
  EXPECT_THAT(masked("    http-request redirect location https://x.example/?token=sesame code 302\n"),
              Not(HasSubstr("sesame")));
}

TEST(Mask, ManualLinesAreLookedAtAll) {
  const std::string file =
      "listen Web\n"
      "    # Manual configuration\n"
      "    stats auth admin:sesame\n"
      "    http-request deny unless { req.hdr(X-Auth-Token) -m str \"se same\" } || { src 10.0.0.0/8 }\n"
      "\n"
      "# Virtual service Next\n"
      "listen Next\n";
  const auto shown = masked(file);
  EXPECT_THAT(shown, Not(HasSubstr("sesame")));
  EXPECT_THAT(shown, HasSubstr("stats auth ****\n"));
  EXPECT_THAT(shown, HasSubstr("unless { req.hdr(X-Auth-Token) -m str **** } || { src 10.0.0.0/8 }\n"));
  EXPECT_THAT(shown, HasSubstr("# Virtual service Next\nlisten Next\n"));
}

TEST(Mask, EverythingElseStaysAsItIs) {
  const std::string file =
      "# Written by evenkeeld\n"
      "global\n"
      "    stats socket /run/evenkeel/haproxy/runtime.sock mode 600 level admin expose-fd listeners\n"
      "\n"
      "listen Token\n"
      "    bind 10.0.0.1:443 transparent ssl crt /run/key.pem\n"
      "    cookie JSESSIONID insert indirect nocache\n"
      "    stick store-response res.cook(JSESSIONID)\n"
      "    http-request set-header X-Tenant 'main school'\n"
      "    server key 10.0.0.2:80 weight 100\n";
  EXPECT_EQ(masked(file), file);
}

TEST(Mask, BrokenLinesAreNoTrouble) {
  EXPECT_EQ(masked(""), "");
  EXPECT_EQ(masked("\n\n"), "\n\n");
  EXPECT_EQ(masked("    http-request set-header Authorization 'never ends"),
            "    http-request set-header Authorization ****\n");
  EXPECT_EQ(masked("    http-request set-header Authorization \\"), "    http-request set-header Authorization ****\n");
}

}  // namespace
}  // namespace evenkeel::engines::l7_haproxy
