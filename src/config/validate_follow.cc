#include "config/validate_follow.h"

#include <fmt/format.h>

#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace evenkeel::config {
namespace {

using model::HealthCheck;
using model::Problem;
using model::VirtualService;

struct Follow {
  size_t from = 0, to = 0;  // virtual services; those of layer 7 come after the others
  std::string path;         // of the field that says so
};

// Those virtual services drop out that follow nobody who is left, until there are none of them any more. What
// remains follows in a circle, or somebody who does.
std::vector<bool> without_ends(const std::vector<Follow>& follows, size_t Follow::* from, size_t Follow::* to,
                               std::vector<bool> left) {
  std::vector<size_t> followed_by(left.size(), 0);
  std::vector<std::vector<size_t>> followers(left.size());
  for (const Follow& follow : follows) {
    if (!left[follow.from] || !left[follow.to]) continue;
    ++followed_by[follow.*from];
    followers[follow.*to].push_back(follow.*from);
  }
  std::vector<size_t> ends;
  for (size_t i = 0; i < left.size(); ++i) {
    if (left[i] && followed_by[i] == 0) ends.push_back(i);
  }
  while (!ends.empty()) {
    const size_t end = ends.back();
    ends.pop_back();
    left[end] = false;
    for (const size_t follower : followers[end]) {
      if (--followed_by[follower] == 0) ends.push_back(follower);
    }
  }
  return left;
}

class FollowValidator {
 public:
  explicit FollowValidator(const model::Configuration& configuration)
      : services_(configuration.virtual_services), layer7_services_(configuration.layer7_services) {
    for (size_t i = 0; i < services_.size(); ++i) index_of_.emplace(services_[i].label, i);
    for (size_t i = 0; i < layer7_services_.size(); ++i) {
      index_of_.emplace(layer7_services_[i].label, services_.size() + i);
    }
  }

  std::vector<Problem> validate() {
    for (size_t i = 0; i < services_.size(); ++i) {
      add(i, services_[i].health_check, fmt::format("$.virtual_services[{}].health_check.follow", i));
      for (size_t j = 0; j < services_[i].more_checks.size(); ++j) {
        add(i, services_[i].more_checks[j], fmt::format("$.virtual_services[{}].more_checks[{}].follow", i, j));
      }
    }
    for (size_t i = 0; i < layer7_services_.size(); ++i) {
      add(services_.size() + i, layer7_services_[i].health_check,
          fmt::format("$.layer7_services[{}].health_check.follow", i));
    }
    check_circles();
    return std::move(problems_);
  }

 private:
  void add(size_t service, const HealthCheck& check, std::string path) {
    if (check.type != model::HealthCheckType::kFollow) return;
    const auto followed = index_of_.find(check.follow);
    if (check.follow.empty()) {
      problems_.push_back({std::move(path), "a follow check needs to know whose health counts",
                           "write the label of another virtual service"});
    } else if (followed == index_of_.end()) {
      problems_.push_back({std::move(path), fmt::format("there is no virtual service \"{}\"", check.follow),
                           "write the label of another virtual service"});
    } else {
      follows_.push_back({service, followed->second, std::move(path)});
    }
  }

  const std::string& label_of(size_t service) const {
    return service < services_.size() ? services_[service].label : layer7_services_[service - services_.size()].label;
  }

  void check_circles() {
    std::vector<bool> left(services_.size() + layer7_services_.size(), true);
    left = without_ends(follows_, &Follow::from, &Follow::to, std::move(left));
    left = without_ends(follows_, &Follow::to, &Follow::from, std::move(left));
    for (Follow& follow : follows_) {
      if (!left[follow.from] || !left[follow.to]) continue;
      const std::string& own = label_of(follow.from);
      const std::string& other = label_of(follow.to);
      const std::string message = own == other ? fmt::format("{} cannot follow itself", own)
                                               : fmt::format(
                                                     "{} follows {}, which follows it in turn or is one of a circle "
                                                     "that does",
                                                     own, other);
      problems_.push_back({std::move(follow.path), message, "let one of them have a check of its own"});
    }
  }

  const std::vector<VirtualService>& services_;
  const std::vector<model::Layer7Service>& layer7_services_;
  std::map<std::string_view, size_t> index_of_;
  std::vector<Follow> follows_;
  std::vector<Problem> problems_;
};

}  // namespace

std::vector<Problem> validate_follow(const model::Configuration& configuration) {
  return FollowValidator(configuration).validate();
}

}  // namespace evenkeel::config
