#include "access/password.h"

#include <gtest/gtest.h>
#include <sodium.h>

namespace evenkeel::access {
namespace {

constexpr PasswordCost kCheap{.operations = 1, .memory = 8192};

TEST(Password, OnlyTheRightOneFitsItsHash) {
  const std::string hash = hash_password("four quiet green boats", kCheap).value();
  EXPECT_TRUE(hash.starts_with("$argon2id$"));
  EXPECT_TRUE(is_password(hash, "four quiet green boats"));
  EXPECT_FALSE(is_password(hash, "four quiet green boat"));
  EXPECT_FALSE(is_password(hash, ""));
  EXPECT_FALSE(is_password("", ""));
  EXPECT_NE(hash, hash_password("four quiet green boats", kCheap).value());
}

// Else the time of an answer would say which users exist.
TEST(Password, AUserThatDoesNotExistCostsTheSame) {
  const PasswordCost cost;
  EXPECT_EQ(crypto_pwhash_str_needs_rehash(kNobodysHash.c_str(), cost.operations, cost.memory), 0);
  EXPECT_FALSE(is_password(kNobodysHash, ""));
}

TEST(Password, WeakOnesAreRefusedWithTheReason) {
  const std::vector<std::pair<std::string, std::string>> weak{
      {"", "0 characters"},
      {"elevenchars", "11 characters"},
      {"\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc", "6 characters"},
      {std::string(513, 'x'), "512 bytes"},
      {"twelve\tcharacters", "control"},
      {"aaaaaaaaaaaaaaaa", "different"},
      {"abababababababab", "different"},
      {"abcdefghijklm", "run"},
      {"1234567890123", "run"},
      {"9876543210987", "run"},
      {"loadbalancer", "user's name"},
      {"LoadBalancer1!", "user's name"},
      {"Password1234", "password"},
      {"evenkeel12345", "evenkeel"}};
  for (const auto& [password, why] : weak) {
    const auto weakness = weakness_of(password, "loadbalancer");
    ASSERT_TRUE(weakness) << password;
    EXPECT_NE(weakness->find(why), std::string::npos) << password << ": " << *weakness;
  }
  for (const char* good : {"four quiet green boats", "xK9#mQ2$vL7!", "my password is a whole sentence"}) {
    EXPECT_EQ(weakness_of(good, "loadbalancer"), std::nullopt) << good;
  }
}

}  // namespace
}  // namespace evenkeel::access
