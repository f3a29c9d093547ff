#include "backup/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/temporary_directory.h"

namespace evenkeel::backup {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

const Origin kOrigin{"2026-01-31T08:00:00.000Z", "0.1.0", "lb1", 7};
const json::object kContent{{"secret", "SECRET-KEY"}, {"list", json::array{1, 2}}};

class DocumentTest : public testing::Test {
 protected:
  Result<Opened> reopen(const json::value& document, const std::string& passphrase = "correct horse") const {
    return open(document, passphrase, identity_);
  }
  const Identity identity_ = make_identity();
  const json::object sealed_ = seal(kContent, kOrigin, "correct horse", identity_).value();
};

TEST_F(DocumentTest, OpensWithItsPassphraseAlone) {
  const auto opened = reopen(sealed_);
  ASSERT_TRUE(opened) << to_string(opened.error());
  EXPECT_EQ(opened->content, kContent);
  EXPECT_EQ(opened->origin.host, "lb1");
  EXPECT_EQ(opened->origin.revision, 7);
  EXPECT_TRUE(opened->is_own);
  const auto wrong = reopen(sealed_, "wrong horse");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message, "the passphrase is wrong");
}

TEST_F(DocumentTest, ShowsNothingOfItsContent) {
  EXPECT_EQ(json::serialize(sealed_).find("SECRET-KEY"), std::string::npos);
  EXPECT_NE(seal(kContent, kOrigin, "correct horse", identity_).value(), sealed_);
}

TEST_F(DocumentTest, AnotherAppliancesIsKnownAsSuch) {
  const auto opened = open(sealed_, "correct horse", make_identity());
  ASSERT_TRUE(opened);
  EXPECT_FALSE(opened->is_own);
}

TEST_F(DocumentTest, EveryMemberIsAuthenticated) {
  for (const auto& [name, value] : sealed_) {
    json::object changed = sealed_;
    if (value.is_string()) {
      std::string text(value.get_string());
      text[text.size() / 2] = text[text.size() / 2] == 'A' ? 'B' : 'A';
      changed[name] = text;
    } else {
      changed[name] = value.get_int64() + 1;
    }
    EXPECT_FALSE(reopen(changed)) << name;
    changed = sealed_;
    changed.erase(name);
    EXPECT_FALSE(reopen(changed)) << name;
  }
  json::object more = sealed_;
  more["note"] = "added";
  EXPECT_FALSE(reopen(more));
}

TEST_F(DocumentTest, SigningItAnewDoesNotMakeItOnesOwn) {
  const Identity other = make_identity();
  json::object stolen = sealed_;
  stolen["appliance"] = other.public_key;
  json::object header = stolen;
  header.erase("content");
  header.erase("signature");
  stolen["signature"] = sign(other, json::serialize(header) + std::string(stolen["content"].as_string()));
  const auto opened = reopen(stolen);
  ASSERT_FALSE(opened);
}

TEST_F(DocumentTest, SaysWhatItIsInstead) {
  EXPECT_THAT(reopen(json::value("text")).error().message, HasSubstr("no backup"));
  EXPECT_THAT(reopen(json::object{{"virtual_services", json::array{}}}).error().message, HasSubstr("format"));
  json::object newer = sealed_;
  newer["version"] = 2;
  EXPECT_EQ(reopen(newer).error().code, ErrorCode::kUnsupported);
  EXPECT_THAT(reopen(newer).error().message, HasSubstr("version 2, made by Evenkeel 0.1.0"));
  json::object cut = sealed_;
  cut["content"] = std::string(sealed_.at("content").as_string()).substr(0, 40);
  EXPECT_THAT(reopen(cut).error().message, HasSubstr("cut short"));
}

TEST(Identity, IsMadeOnceAndKept) {
  const TemporaryDirectory directory;
  const std::string path = directory / "backup.key";
  const auto first = load_identity(path);
  ASSERT_TRUE(first);
  EXPECT_EQ(load_identity(path)->public_key, first->public_key);
  EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms(0600));
  EXPECT_TRUE(is_signed_by(first->public_key, "message", sign(*load_identity(path), "message")));
  EXPECT_FALSE(is_signed_by(first->public_key, "massage", sign(*first, "message")));
  std::ofstream(path) << "rubbish";
  EXPECT_EQ(load_identity(path).error().code, ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace evenkeel::backup
