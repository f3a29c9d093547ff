#pragma once
// The directory in a BPF file system that keeps the maps and links alive while no process runs.

#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace evenkeel::engines::l4_xdp {

class PinDirectory {
 public:
  // Creates the directory (mode 0700). When it is in no BPF file system, one is mounted on it, or on its parent where
  // the directory cannot be made without (/sys/fs/bpf).
  static Result<PinDirectory> open(const std::string& path);

  const std::string& path() const { return path_; }
  std::string path_of(const std::string& name) const { return path_ + "/" + name; }
  std::vector<std::string> names() const;  // sorted
  bool has(const std::string& name) const;
  Result<Fd> get(const std::string& name) const;  // kNotFound if nothing is pinned there
  Result<> pin(int fd, const std::string& name) const;
  // In one step, so that there is never nothing.
  Result<> replace(int fd, const std::string& name) const;
  Result<> remove(const std::string& name) const;

 private:
  explicit PinDirectory(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace evenkeel::engines::l4_xdp
