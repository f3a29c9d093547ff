#pragma once
// The daemon as the API sees it, in memory.

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>

#include "api/control.h"
#include "observed/event_log.h"

namespace evenkeel::api {

class FakeControl final : public Control {
 public:
  explicit FakeControl(const Clock& clock) : clock_(clock), log(clock) {}

  const model::Configuration& configuration() const override { return current; }
  int64_t revision() const override { return static_cast<int64_t>(history.size()); }
  observed::Snapshot snapshot() override { return shown; }

  boost::asio::awaitable<Changed<ChangeResult>> change(ChangeRequest request) override {
    last_change = request;
    if (before_change) std::exchange(before_change, nullptr)();
    // As the durable store does: let others run in between.
    co_await boost::asio::post(boost::asio::use_awaitable);
    if (change_error) co_return std::unexpected(*change_error);
    if (request.expected_revision && *request.expected_revision != revision()) {
      co_return std::unexpected(ChangeRefused{{ErrorCode::kConflict, "another revision is in force", {}, 0}, {}});
    }
    ChangeResult result{config::plan(current, request.configuration), std::nullopt, warnings};
    if (!request.dry_run && !result.plan.empty()) {
      result.revision = commit(request.configuration, request.author, request.comment, request.restores);
    }
    co_return result;
  }

  boost::asio::awaitable<Result<>> act(std::vector<model::OperatorAction> wanted) override {
    for (const auto& action : wanted) {
      if (action.key.real_server == "unknown") co_return fail(ErrorCode::kNotFound, "there is no such real server");
    }
    actions = std::move(wanted);
    co_return Result<>();
  }

  Result<int> fail_back(const std::string& virtual_service, const std::string& author) override {
    if (virtual_service == "unknown") return fail(ErrorCode::kNotFound, "there is no such virtual service");
    failed_back = virtual_service + " by " + author;
    return 1;
  }

  Result<std::vector<config::Revision>> revisions(size_t limit) override {
    std::vector<config::Revision> newest;
    for (auto it = history.rbegin(); it != history.rend() && newest.size() < limit; ++it) newest.push_back(it->first);
    return newest;
  }

  Result<model::Configuration> configuration_of(int64_t number) override {
    if (number < 1 || number > revision()) return fail(ErrorCode::kNotFound, "there is no such revision");
    return history[static_cast<size_t>(number) - 1].second;
  }

  boost::asio::awaitable<Result<std::vector<observed::Connection>>> connections(
      observed::ConnectionFilter filter) override {
    last_filter = filter;
    std::vector<observed::Connection> some(std::min(filter.limit, table.size()));
    std::copy_n(table.begin(), some.size(), some.begin());
    co_return some;
  }

  Result<observed::Explanation> explain(const observed::ExplainQuery& query) override {
    last_query = query;
    if (query.virtual_service == "unknown") return fail(ErrorCode::kNotFound, "there is no such virtual service");
    return observed::Explanation{"scheduler", "PS2 has the fewest connections", query.virtual_service, "PS2"};
  }

  boost::asio::awaitable<Result<std::vector<observed::ArpDiagnosis>>> diagnose_arp(
      std::optional<IpAddress> virtual_address) override {
    if (virtual_address && diagnosis.address != *virtual_address) {
      co_return fail(ErrorCode::kNotFound, "there is no such virtual address");
    }
    co_return std::vector{diagnosis};
  }

  observed::ArpDiagnosis diagnosis;

  std::shared_ptr<void> subscribe(std::optional<uint64_t> after,
                                  std::function<void(const observed::Event&)> listener) override {
    return log.subscribe(after, std::move(listener));
  }

  config::Revision commit(model::Configuration configuration, std::string author, std::string comment,
                          std::optional<int64_t> restores = std::nullopt) {
    current = std::move(configuration);
    history.emplace_back(
        config::Revision{revision() + 1, clock_.wall_now(), std::move(author), std::move(comment), restores}, current);
    return history.back().first;
  }

 private:
  const Clock& clock_;

 public:
  model::Configuration current;
  std::vector<std::pair<config::Revision, model::Configuration>> history;
  observed::Snapshot shown;
  observed::EventLog log;
  std::vector<observed::Connection> table;
  std::vector<std::string> warnings;
  std::optional<ChangeRefused> change_error;
  std::function<void()> before_change;  // once: what somebody else does meanwhile

  std::optional<ChangeRequest> last_change;
  std::vector<model::OperatorAction> actions;
  std::string failed_back;  // "label by author"
  std::optional<observed::ConnectionFilter> last_filter;
  std::optional<observed::ExplainQuery> last_query;
};

}  // namespace evenkeel::api
