#pragma once
// A store in a directory of its own, removed afterwards.

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "config/store.h"
#include "sample.h"
#include "tests/unit/temporary_directory.h"

namespace evenkeel::config {

class StoreTest : public ::testing::Test {
 protected:
  StoreTest() { clock_.advance(std::chrono::hours(24 * 365 * 50)); }

  void open() {
    store_.reset();
    auto opened = Store::open(path_, clock_);
    ASSERT_TRUE(opened) << to_string(opened.error());
    store_ = std::move(*opened);
  }

  // The sample with this weight for PS1 of Print_Provider: each a configuration of its own.
  static model::Configuration weighted(int weight) {
    model::Configuration configuration = sample();
    configuration.virtual_services[1].real_servers[0].weight = static_cast<uint16_t>(weight);
    return configuration;
  }

  Result<Revision> commit(const model::Configuration& configuration, std::optional<int64_t> expected = std::nullopt) {
    return store_->commit(configuration, "root", "", std::nullopt, expected);
  }

  TemporaryDirectory root_;
  std::filesystem::path directory_ = root_ / "lib";
  std::string path_ = root_ / "lib/evenkeel.db";
  FakeClock clock_;
  std::unique_ptr<Store> store_;
};

}  // namespace evenkeel::config
