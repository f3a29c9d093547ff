#include "api/service_edit.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/document.h"
#include "api/reply.h"
#include "model/layer7_json.h"

namespace evenkeel::api {
namespace json = boost::json;
namespace {

template <class Object>
Result<size_t> find_label(const std::vector<Object>& objects, std::string_view label, std::string what) {
  const auto found = std::find_if(objects.begin(), objects.end(), [&](const Object& o) { return o.label == label; });
  if (found != objects.end()) return static_cast<size_t>(found - objects.begin());
  return fail(ErrorCode::kNotFound, fmt::format("there is no {}", what));
}

// Problems of a document in which the object is the first of its kind, as problems of the whole.
void move_problems(std::vector<model::Problem>& problems, std::string_view from, const std::string& to) {
  for (model::Problem& problem : problems) {
    if (problem.path.starts_with(from)) problem.path.replace(0, from.size(), to);
  }
}

template <class Service>
Changed<Service> parse_service(const json::value& document, const std::string& from, const std::string& to) {
  constexpr const char* kSentence = "the change is not valid";
  const json::value whole = json::object{{ServiceList<Service>::kName, json::array(1, document)}};
  auto parsed = model::parse_configuration(whole);
  auto problems = parsed ? find_masks(whole, "$") : std::move(parsed.error());
  move_problems(problems, from, to);
  if (!problems.empty()) return refused(Error{ErrorCode::kInvalidArgument, kSentence, {}, 0}, std::move(problems));
  return std::move(ServiceList<Service>::of(*parsed).front());
}

template <class Object>
std::optional<ChangeRefused> refuse_taken(const std::vector<Object>& objects, size_t index, const std::string& label,
                                          const std::string& path, std::string_view what) {
  const auto taken = find_label(objects, label, {});
  if (!taken || *taken == index) return std::nullopt;
  const std::string message = fmt::format("there is a {} \"{}\" already", what, label);
  const model::Problem problem{path + ".label", message, "choose another label, or change the one that is there"};
  return ChangeRefused{Error{ErrorCode::kConflict, message, {}, 0}, {problem}};
}

template <class Object>
void put(std::vector<Object>& objects, size_t index, Object object) {
  if (index < objects.size()) {
    objects[index] = std::move(object);
  } else {
    objects.push_back(std::move(object));
  }
}

}  // namespace

template <class Service>
Result<size_t> find_service(const model::Configuration& configuration, std::string_view label) {
  return find_label(ServiceList<Service>::of(configuration), label, fmt::format("virtual service \"{}\"", label));
}

template <class Service>
Result<size_t> find_server(const Service& service, std::string_view label) {
  return find_label(service.real_servers, label,
                    fmt::format("real server \"{}\" in the virtual service \"{}\"", label, service.label));
}

template <class Object>
json::value patched(const Object& object, const json::value& patch) {
  json::value plain = model::to_json(object, model::Secrets::kPlain);
  json::value changes = patch;
  restore_secrets(changes, model::to_json(object, model::Secrets::kMasked), plain);
  merge_patch(plain, changes);
  return plain;
}

template <class Service>
Changed<model::Configuration> with_service(const model::Configuration& current, size_t index,
                                           const json::value& document) {
  using List = ServiceList<Service>;
  const std::string path = fmt::format("$.{}[{}]", List::kName, index);
  auto service = parse_service<Service>(document, fmt::format("$.{}[0]", List::kName), path);
  if (!service) return std::unexpected(std::move(service.error()));
  if (auto taken = refuse_taken(List::of(current), index, service->label, path, "virtual service")) {
    return std::unexpected(std::move(*taken));
  }
  model::Configuration next = current;
  put(List::of(next), index, std::move(*service));
  return next;
}

template <class Service>
Changed<model::Configuration> with_patched_service(const model::Configuration& current, std::string_view label,
                                                   const json::value& patch) {
  const auto index = find_service<Service>(current, label);
  if (!index) return refused(index.error());
  return with_service<Service>(current, *index, patched(ServiceList<Service>::of(current)[*index], patch));
}

template <class Service>
Changed<model::Configuration> with_server(const model::Configuration& current, size_t service_index, size_t index,
                                          const json::value& document) {
  using List = ServiceList<Service>;
  model::Configuration next = current;
  Service& service = List::of(next)[service_index];
  const std::string path = fmt::format("$.{}[{}].real_servers[{}]", List::kName, service_index, index);

  Service around = service;
  around.real_servers.clear();
  json::value around_json = model::to_json(around, model::Secrets::kPlain);
  around_json.as_object()["real_servers"] = json::array(1, document);
  auto parsed = parse_service<Service>(around_json, fmt::format("$.{}[0].real_servers[0]", List::kName), path);
  if (!parsed) return std::unexpected(std::move(parsed.error()));

  auto& server = parsed->real_servers.front();
  if (auto taken = refuse_taken(service.real_servers, index, server.label, path, "real server")) {
    return std::unexpected(std::move(*taken));
  }
  put(service.real_servers, index, std::move(server));
  return next;
}

#define EVENKEEL_SERVICE(Service)                                                                                     \
  template Result<size_t> find_service<Service>(const model::Configuration&, std::string_view);                       \
  template Result<size_t> find_server<Service>(const Service&, std::string_view);                                     \
  template json::value patched<Service>(const Service&, const json::value&);                                          \
  template Changed<model::Configuration> with_service<Service>(const model::Configuration&, size_t,                   \
                                                               const json::value&);                                   \
  template Changed<model::Configuration> with_patched_service<Service>(const model::Configuration&, std::string_view, \
                                                                       const json::value&);                           \
  template Changed<model::Configuration> with_server<Service>(const model::Configuration&, size_t, size_t,            \
                                                              const json::value&);
EVENKEEL_SERVICE(model::VirtualService)
EVENKEEL_SERVICE(model::Layer7Service)
#undef EVENKEEL_SERVICE
template json::value patched<model::RealServer>(const model::RealServer&, const json::value&);
template json::value patched<model::Layer7Server>(const model::Layer7Server&, const json::value&);

}  // namespace evenkeel::api
