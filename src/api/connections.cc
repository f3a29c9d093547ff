#include <set>

#include "api/handlers.h"
#include "api/row_stream.h"
#include "api/table_filter.h"
#include "model/names.h"
#include "observed/json.h"

namespace evenkeel::api {
namespace json = boost::json;
namespace {

using Rows = observed::Page<observed::Connection>;

// Of one report, for all that has to be asked of name servers; then addresses stay numbers.
constexpr std::chrono::milliseconds kNamesWithin{5000};

struct NameBudget {
  std::chrono::milliseconds left{kNamesWithin};
};

std::vector<IpAddress> addresses_of(const Rows& page) {
  std::set<IpAddress> addresses;
  for (const auto& row : page.rows) {
    for (const Endpoint& end : {row.source, row.virtual_endpoint, row.destination}) {
      if (!end.address.is_unspecified()) addresses.insert(end.address);
    }
  }
  return {addresses.begin(), addresses.end()};
}

void set_names(Rows& page, const std::map<IpAddress, std::string>& names) {
  const auto name_of = [&](const Endpoint& end) {
    const auto found = names.find(end.address);
    return found == names.end() ? std::string() : found->second;
  };
  for (auto& row : page.rows) {
    row.source_name = name_of(row.source);
    row.virtual_name = name_of(row.virtual_endpoint);
    row.destination_name = name_of(row.destination);
  }
}

boost::asio::awaitable<Result<Rows>> read_named(Context context, ReadPage<observed::Connection> read,
                                                std::shared_ptr<NameBudget> budget, uint64_t position) {
  auto page = co_await read(position);
  if (!page) co_return page;
  const auto start = context.clock.steady_now();
  const auto names = co_await context.control.host_names(addresses_of(*page), budget->left);
  const auto spent = std::chrono::ceil<std::chrono::milliseconds>(context.clock.steady_now() - start);
  budget->left -= std::min(spent, budget->left);
  set_names(*page, names);
  co_return page;
}

Result<observed::ExplainQuery> parse_explain(const Query& query) {
  observed::ExplainQuery question;
  question.virtual_service = query.text("virtual_service");
  if (question.virtual_service.empty()) return fail(ErrorCode::kInvalidArgument, "virtual_service is required");
  const auto client = Endpoint::parse(query.text("client"));
  if (!client) return fail(ErrorCode::kInvalidArgument, "client: " + client.error().message);
  question.client = *client;
  const auto port = query.integer("port", 1, 65535);
  if (!port) return fail(port.error());
  if (*port) question.port = static_cast<uint16_t>(**port);
  if (const std::string* const name = query.find("protocol")) {
    question.protocol = model::from_string<model::Protocol>(*name);
    if (!question.protocol || question.protocol == model::Protocol::kTcpUdp) {
      return fail(ErrorCode::kInvalidArgument, "protocol must be tcp or udp");
    }
  }
  return question;
}

}  // namespace

Answer get_connections(Call& call) {
  const auto filter = parse_table_filter(call.query);
  if (!filter) co_return refuse(filter.error());
  const auto limit = parse_row_limit(call.query);
  if (!limit) co_return refuse(limit.error());
  const auto format = parse_row_format(call.query);
  if (!format) co_return refuse(format.error());
  const auto with_names = call.query.boolean("names");
  if (!with_names) co_return refuse(with_names.error());
  const auto layers = parse_layers(call.query);
  if (!layers) co_return refuse(layers.error());
  const Context& context = call.context;
  const ReadPage<observed::Connection> read = read_layers<observed::Connection>(
      *layers,
      [&control = context.control, filter = *filter](uint64_t position) {
        return control.connections(filter, position);
      },
      context.control.layer7_connections(*filter));
  const auto budget = *with_names ? std::make_shared<NameBudget>() : nullptr;
  co_return co_await reply_with_rows<observed::Connection>(
      *format, "connections", *limit,
      [context, read, budget](uint64_t position) {
        return budget ? read_named(context, read, budget, position) : read(position);
      },
      [with_names = *with_names](const observed::Connection& connection) {
        json::object row = observed::to_json(connection);
        if (with_names) observed::add_names(row, connection);
        return row;
      });
}

Answer get_source_ports(Call& call) {
  const auto ports = co_await call.context.control.source_ports();
  if (!ports) co_return refuse(ports.error());
  co_return co_await reply_with_list(json::object{}, "source_ports", *ports,
                                     [](const observed::SourcePorts& row) { return observed::to_json(row); });
}

Answer get_explanation(Call& call) {
  const auto question = parse_explain(call.query);
  if (!question) co_return refuse(question.error());
  const auto explanation = call.context.control.explain(*question);
  if (!explanation) co_return refuse(explanation.error());
  co_return reply(observed::to_json(*explanation));
}

}  // namespace evenkeel::api
