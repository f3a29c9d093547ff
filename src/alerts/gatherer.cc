#include "alerts/gatherer.h"

#include <algorithm>
#include <ranges>

namespace evenkeel::alerts {

void Gatherer::set_times(std::chrono::seconds gather, std::chrono::seconds interval) {
  gather_ = gather;
  interval_ = interval;
}

void Gatherer::add(const observed::Event& event, SteadyTime now) {
  if (observed::is_end(event.kind)) {
    end(event);
  } else if (observed::has_end(event.kind)) {
    begin(event);
  } else if (happened_.size() < kMostHappened) {
    happened_.push_back(event);
  } else {
    ++left_out_;
  }
  news_since_ = waiting() == 0 ? std::nullopt : std::optional(news_since_.value_or(now));
}

void Gatherer::begin(const observed::Event& event) {
  const Key key{event.kind, event.object};
  auto found = troubles_.find(key);
  if (found == troubles_.end()) {
    if (troubles_.size() >= kMostTroubles) {
      ++left_out_;
      return;
    }
    found = troubles_.emplace(key, Trouble{.kind = event.kind, .object = event.object, .is_over = true}).first;
  }
  note(found->second, event, false);
}

// The end of what nobody has heard of is no news: a real server that comes up for the first time.
void Gatherer::end(const observed::Event& event) {
  const auto found = troubles_.find({observed::beginning_of(event.kind), event.object});
  if (found != troubles_.end()) note(found->second, event, true);
}

void Gatherer::note(Trouble& trouble, const observed::Event& event, bool is_over) {
  const bool had_news = trouble.has_news();
  if (trouble.is_over && !is_over) ++trouble.times;
  trouble.is_over = is_over;
  trouble.message = event.message;
  trouble.at = event.at;
  news_ = news_ - (had_news ? 1 : 0) + (trouble.has_news() ? 1 : 0);
}

// After many have changed.
void Gatherer::count_news(SteadyTime now) {
  news_ = static_cast<uint64_t>(
      std::ranges::count_if(troubles_, [](const auto& known) { return known.second.has_news(); }));
  news_since_ = waiting() == 0 ? std::nullopt : std::optional(news_since_.value_or(now));
}

void Gatherer::forget(const std::function<bool(const std::string& object)>& exists, SteadyTime now) {
  std::erase_if(troubles_, [&](const auto& known) { return !exists(known.second.object); });
  count_news(now);
}

std::optional<SteadyTime> Gatherer::due() const {
  if (!news_since_) return std::nullopt;
  SteadyTime at = *news_since_ + gather_;
  if (last_sent_) at = std::max(at, *last_sent_ + interval_);
  if (retry_at_) at = std::max(at, *retry_at_);
  return at;
}

Digest Gatherer::digest() const {
  Digest digest{.happened = happened_, .left_out = left_out_};
  for (const Trouble& trouble : troubles_ | std::views::values) {
    if (!trouble.is_over) {
      (trouble.was_told ? digest.standing : digest.begun).push_back(trouble);
    } else if (trouble.was_told) {
      digest.over.push_back(trouble);
    } else {
      digest.passed.push_back(trouble);
    }
  }
  return digest;
}

// While the message was on its way more may have happened: only what it told is told.
void Gatherer::sent(const Digest& told, SteadyTime now) {
  const auto note = [this](const std::vector<Trouble>& list, bool goes_on) {
    for (const Trouble& trouble : list) {
      const auto found = troubles_.find({trouble.kind, trouble.object});
      if (found == troubles_.end()) continue;
      found->second.was_told = goes_on;
      found->second.times -= std::min(found->second.times, trouble.times);
    }
  };
  note(told.begun, true);
  note(told.over, false);
  note(told.passed, false);
  std::erase_if(troubles_, [](const auto& known) { return known.second.is_over && !known.second.has_news(); });
  const auto count = static_cast<std::ptrdiff_t>(std::min(told.happened.size(), happened_.size()));
  happened_.erase(happened_.begin(), happened_.begin() + count);
  left_out_ -= std::min(left_out_, told.left_out);
  last_sent_ = now;
  retry_at_.reset();
  retry_after_ = kFirstRetry;
  news_since_.reset();
  count_news(now);
}

void Gatherer::failed(SteadyTime now) {
  retry_at_ = now + retry_after_;
  retry_after_ = std::min(2 * retry_after_, kLongestRetry);
}

void Gatherer::try_again() {
  retry_at_.reset();
  retry_after_ = kFirstRetry;
}

uint64_t Gatherer::waiting() const {
  return news_ + happened_.size() + left_out_;
}

Gatherer::Memory Gatherer::memory() const {
  Memory memory{.troubles = {}, .happened = happened_, .left_out = left_out_};
  for (const Trouble& trouble : troubles_ | std::views::values) memory.troubles.push_back(trouble);
  return memory;
}

void Gatherer::restore(Memory memory, SteadyTime now) {
  for (Trouble& trouble : memory.troubles) {
    if (troubles_.size() >= kMostTroubles) break;
    const Key key{trouble.kind, trouble.object};
    troubles_.insert_or_assign(key, std::move(trouble));
  }
  happened_ = std::move(memory.happened);
  left_out_ = memory.left_out;
  count_news(now);
}

}  // namespace evenkeel::alerts
