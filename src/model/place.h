#pragma once
// Where in a document parsing is, and the problems found so far. A chain of stack objects: a path is only written out
// when there is something to say about it.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "model/problem.h"

namespace evenkeel::model {

class Place {
 public:
  // The root, "$". Problems beyond the thousandth are counted, not kept.
  explicit Place(std::vector<Problem>& problems) : problems_(&problems) {}

  // The parent must outlive the child.
  Place member(std::string_view key) const { return Place(this, key, 0); }
  Place element(size_t index) const { return Place(this, {}, index); }

  void refuse(std::string message, std::string hint) const;
  size_t problem_count() const { return problems_->size(); }
  std::string path() const;

 private:
  Place(const Place* parent, std::string_view key, size_t index)
      : parent_(parent), key_(key), index_(index), problems_(parent->problems_) {}

  const Place* parent_ = nullptr;
  std::string_view key_;  // empty data(): an element
  size_t index_ = 0;
  std::vector<Problem>* problems_;
};

// ".label", or "[\"odd key\"]" where the key is no plain word.
std::string path_step(std::string_view key);

// A value from the input as a message may show it: quoted, shortened, keys masked.
std::string quoted(std::string_view text);

// The candidate that `word` is probably a misspelling of; empty when none is near.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace evenkeel::model
