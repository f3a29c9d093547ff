#pragma once
// A writer of tables that remember what was written, and may fail.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "engines/l4_xdp/abi_values.h"
#include "engines/l4_xdp/writer.h"
#include "fake_tables.h"
#include "farm.h"

namespace evenkeel::engines::l4_xdp {

class WriterTest : public testing::Test {
 protected:
  WriterTest() { restart(); }

  void restart() {
    labels_ = std::make_unique<LabelBook>();
    writer_ = std::make_unique<Writer>(tables_, *labels_);
    ASSERT_TRUE(writer_->recover());
    tables_.journal.clear();
  }
  std::vector<ObjectStatus> apply(const desired::Layer4& want) {
    tables_.journal.clear();
    return writer_->apply(want).statuses;
  }
  uint32_t id_of(const std::string& address) const {
    for (const auto& [id, record] : tables_.real_servers) {
      if (record.service != 0 && from_abi(record.address) == ip(address)) return id;
    }
    return 0;
  }
  static NextHop next_hop(const std::string& address, NextHop::State state, uint8_t last_byte = 1) {
    NextHop hop;
    hop.address = ip(address);
    hop.state = state;
    hop.interface_index = 3;
    hop.mac.bytes = {2, 0, 0, 0, 0, last_byte};
    hop.source_mac.bytes = {2, 0, 0, 0, 1, 1};
    return hop;
  }

  FakeTables tables_;
  std::unique_ptr<LabelBook> labels_;
  std::unique_ptr<Writer> writer_;
};

}  // namespace evenkeel::engines::l4_xdp
