#include "acme/words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::acme {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

TEST(AcmeWords, AreTheServersOwn) {
  EXPECT_EQ(failure_words("uacme: challenge https://ca/1 failed with status invalid\n"
                          "uacme: the server reported the following error:\n"
                          "{\n"
                          "    \"type\": \"urn:ietf:params:acme:error:connection\",\n"
                          "    \"detail\": \"Get \\\"http://b.example:80/\\\": connection refused\",\n"
                          "    \"status\": 400\n"
                          "}\n"
                          "uacme: failed to authorize order at https://ca/2\n"),
            "the ACME server says: Get \"http://b.example:80/\": connection refused");
}

TEST(AcmeWords, NameEachPartOfAProblem) {
  EXPECT_EQ(failure_words("uacme: the server reported the following error:\n"
                          "{\n\"detail\": \"Errors\",\n\"subproblems\": [\n{\"detail\": \"first\"},\n{\"detail\": 7},\n"
                          "{\"detail\": \"second\"}]\n}\n"),
            "the ACME server says: Errors; first; second");
}

TEST(AcmeWords, AreUacmesWhereTheServerHasSaidNothing) {
  EXPECT_EQ(
      failure_words("uacme: curl_get: GET https://ca/dir failed: Couldn't connect to server\n"
                    "uacme: curl_get: waiting 5 seconds before retrying\n"
                    "uacme: curl_get: GET https://ca/dir failed: Couldn't connect to server\n"
                    "uacme: failed to fetch directory at https://ca/dir\n"),
      "curl_get: GET https://ca/dir failed: Couldn't connect to server; failed to fetch directory at https://ca/dir");
  EXPECT_EQ(failure_words("uacme: the server reported the following error:\n{ nonsense\n}\n"),
            "the server reported the following error:; { nonsense; }");
  EXPECT_EQ(failure_words(""), "uacme failed and says nothing");
}

TEST(AcmeWords, AreOneBoundedLine) {
  EXPECT_THAT(failure_words(std::string(5000, 'x')), SizeIs(600));
  EXPECT_EQ(failure_words(std::string(599, 'x') + "äöü"), std::string(599, 'x'));
  EXPECT_THAT(failure_words("\x1b[31mred\x07\n"), Not(HasSubstr("\x1b")));
}

TEST(AcmeWords, AnAccountThatIsThereIsNoFailure) {
  EXPECT_TRUE(has_account("uacme: Account already exists at https://ca/account/1\n"));
  EXPECT_FALSE(has_account("uacme: failed to create account\n"));
}

}  // namespace
}  // namespace evenkeel::acme
