// The fallback pages: the one for all, and those of virtual services of their own.

#include "api/change.h"
#include "api/handlers.h"
#include "api/reply.h"
#include "api/service_edit.h"
#include "model/default_page.h"
#include "model/json.h"

namespace evenkeel::api {
namespace json = boost::json;
namespace {

const std::string& own_page(const model::VirtualService& service) {
  return service.fallback.page;
}
const std::string& own_page(const model::Layer7Service& service) {
  return service.fallback_page;
}

template <class Service>
json::value patch_of(const std::string& html) {
  if constexpr (std::is_same_v<Service, model::VirtualService>) {
    return json::object{{"fallback", json::object{{"page", html}}}};
  } else {
    return json::object{{"fallback_page", html}};
  }
}

// `html` is what is stored there, `shown` what clients see, and `source` whose that is.
json::object describe(const std::string& own, const std::string& common) {
  const bool is_built_in = own.empty() && common.empty();
  const std::string& shown = own.empty() ? common : own;
  return {{"html", own},
          {"source", is_built_in   ? "built_in"
                     : own.empty() ? "common"
                                   : "own"},
          {"shown", is_built_in ? std::string(model::kDefaultPage) : shown}};
}

// {"html": "..."}; empty: none.
Changed<std::string> parse_page(const Request& request) {
  constexpr const char* kHint = R"(give {"html": "<!doctype html>..."}, or "" for none)";
  const auto body = parse_body(request);
  if (!body) return std::unexpected(body.error());
  const auto refuse_it = [&](std::string path, std::string message) {
    return refused(Error{ErrorCode::kInvalidArgument, message, {}, 0}, {{std::move(path), message, kHint}});
  };
  const json::object* const object = body->if_object();
  if (object == nullptr) return refuse_it("$", "the body must be an object");
  const json::value* const html = object->if_contains("html");
  if (html == nullptr || object->size() != 1) return refuse_it("$", "html is needed, and nothing else");
  if (!html->is_string()) return refuse_it("$.html", "html must be a text");
  return std::string(html->get_string());
}

Changed<model::Configuration> with_common_page(const model::Configuration& current, const std::string& html) {
  const auto parsed = model::parse_configuration(json::object{{"fallback_page", html}});
  if (!parsed) {
    return refused(Error{ErrorCode::kInvalidArgument, "the page cannot be used", {}, 0}, parsed.error());
  }
  model::Configuration next = current;
  next.fallback_page = parsed->fallback_page;
  return next;
}

}  // namespace

Answer get_fallback_page(Call& call) {
  const auto& common = call.context.control.configuration().fallback_page;
  json::object answer = describe("", common);
  answer["html"] = common;
  co_return reply(answer);
}

Answer put_fallback_page(Call& call) {
  const auto html = parse_page(call.request);
  if (!html) co_return refuse(html.error());
  co_return co_await change(call,
                            [&html](const model::Configuration& current) { return with_common_page(current, *html); });
}

template <class Service>
Answer get_own_fallback_page(Call& call) {
  const model::Configuration& configuration = call.context.control.configuration();
  const auto index = find_service<Service>(configuration, call.capture("label"));
  if (!index) co_return refuse(index.error());
  const Service& service = ServiceList<Service>::of(configuration)[*index];
  co_return reply(describe(own_page(service), configuration.fallback_page));
}

template <class Service>
Answer put_own_fallback_page(Call& call) {
  const auto html = parse_page(call.request);
  if (!html) co_return refuse(html.error());
  const json::value patch = patch_of<Service>(*html);
  co_return co_await change(call, [&](const model::Configuration& current) {
    return with_patched_service<Service>(current, call.capture("label"), patch);
  });
}

template Answer get_own_fallback_page<model::VirtualService>(Call&);
template Answer put_own_fallback_page<model::VirtualService>(Call&);
template Answer get_own_fallback_page<model::Layer7Service>(Call&);
template Answer put_own_fallback_page<model::Layer7Service>(Call&);

}  // namespace evenkeel::api
