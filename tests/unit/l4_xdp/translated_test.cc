// By what the data plane knows at a glance whose packets may be answers.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "engines/l4_xdp/abi_values.h"
#include "engines/l4_xdp/bpf_tables.h"
#include "mapped_arrays.h"

namespace evenkeel::engines::l4_xdp {
namespace {

class TranslatedTest : public MappedArrays {
 protected:
  void SetUp() override {
    MappedArrays::SetUp();
    tables_ = std::make_unique<BpfTables>(TableAccess{.arrays = arrays_.get()});
  }
  static ek_address address(const std::string& text) { return to_abi(*IpAddress::parse(text)); }
  uint32_t entry_of(const std::string& text) const {
    return whole_->translated[ek_translated_place(folded(address(text)))];
  }
  long used() const {
    return std::ranges::count_if(whole_->translated, [](uint32_t entry) { return entry != 0; });
  }
  // Another address with the same place.
  static std::string neighbour_of(const std::string& text) {
    for (uint32_t number = 0;; ++number) {
      std::string other = "10.2." + std::to_string(number / 256) + "." + std::to_string(number % 256);
      if (ek_translated_place(folded(address(other))) == ek_translated_place(folded(address(text)))) return other;
    }
  }

  std::unique_ptr<BpfTables> tables_;
};

TEST_F(TranslatedTest, AnAddressAloneInItsPlaceIsKnownExactly) {
  tables_->add_translated(std::vector{address("10.1.0.1"), address("fd00::1")});
  EXPECT_EQ(entry_of("10.1.0.1"), folded(address("10.1.0.1")));
  EXPECT_EQ(entry_of("fd00::1"), folded(address("fd00::1")));
  EXPECT_EQ(used(), 2);
}

TEST_F(TranslatedTest, TheSameOnceMoreChangesNothing) {
  for (int i = 0; i < 3; ++i) tables_->add_translated(std::vector{address("10.1.0.1")});
  EXPECT_EQ(entry_of("10.1.0.1"), folded(address("10.1.0.1")));
}

TEST_F(TranslatedTest, TwoInOnePlaceMayBeAnybodyUntilOneIsGone) {
  const std::string other = neighbour_of("10.1.0.1");
  tables_->add_translated(std::vector{address("10.1.0.1")});
  tables_->add_translated(std::vector{address(other)});
  EXPECT_EQ(entry_of(other), EK_TRANSLATED_SEVERAL);
  tables_->write_translated(std::vector{address(other)});
  EXPECT_EQ(entry_of(other), folded(address(other)));
  tables_->write_translated({});
  EXPECT_EQ(used(), 0);
}

TEST_F(TranslatedTest, WhatFoldsToNothingIsNotTakenForNone) {
  const std::string nothing = "fd00:0:fd00:0:1:0:1:0";
  ASSERT_EQ(folded(address(nothing)), 0U);
  tables_->add_translated(std::vector{address(nothing)});
  EXPECT_EQ(entry_of(nothing), EK_TRANSLATED_SEVERAL);
}

}  // namespace
}  // namespace evenkeel::engines::l4_xdp
