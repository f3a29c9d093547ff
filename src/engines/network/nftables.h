#pragma once
// nftables, by its library: no program is started. Of the network namespace that the calling thread is in.

#include <string>

#include "base/result.h"

namespace evenkeel::engines::network {

// Everything of ours is in this table, and nothing else is.
inline constexpr const char* kNftablesTable = "inet evenkeel";

class Nftables {
 public:
  virtual ~Nftables() = default;
  // The table as nft prints it; empty where there is none.
  virtual std::string our_table() = 0;
  // Commands in nft's language: all of them in one transaction, or none.
  virtual Result<> run(const std::string& commands) = 0;
};

class KernelNftables final : public Nftables {
 public:
  std::string our_table() override;
  Result<> run(const std::string& commands) override;
};

}  // namespace evenkeel::engines::network
