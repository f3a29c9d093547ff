// In JSON: true, false, or the list of interfaces.

#include "model/auto_nat.h"

#include <algorithm>

#include "model/kinds.h"

namespace evenkeel::model {
namespace {

constexpr const char* kHint = "write true, false, or the interfaces that lead outside: [\"eth0\"]";
constexpr size_t kMostInterfaces = 64;

class AutoNatKind final : public Kind<AutoNat> {
 public:
  void parse(const boost::json::value& in, AutoNat& out, const Place& place) const override {
    if (const auto* enabled = in.if_bool()) {
      out = {*enabled, {}};
    } else if (const auto* interfaces = in.if_array()) {
      parse_interfaces(*interfaces, out, place);
    } else {
      refuse_type(in, "true, false or a list of interfaces", kHint, place);
    }
  }
  boost::json::value to_json(const AutoNat& value, Secrets /*secrets*/) const override {
    if (value.interfaces.empty()) return value.enabled;
    return boost::json::array(value.interfaces.begin(), value.interfaces.end());
  }
  boost::json::object schema() const override {
    return {{"type", boost::json::array{"boolean", "array"}},
            {"items", name_->schema()},
            {"minItems", 1},
            {"maxItems", kMostInterfaces},
            {"uniqueItems", true}};
  }
  void describe(FieldHelp& help) const override {
    help.type = "boolean or list";
    help.range = "true, false or a list of interface names";
  }

 private:
  void parse_interfaces(const boost::json::array& in, AutoNat& out, const Place& place) const {
    if (in.empty() || in.size() > kMostInterfaces) {
      return place.refuse(in.empty() ? "no interface is named" : "these are more interfaces than fit", kHint);
    }
    AutoNat parsed{.enabled = true, .interfaces = {}};
    for (size_t i = 0; i < in.size(); ++i) {
      std::string name;
      name_->parse(in[i], name, place.element(i));
      if (std::ranges::find(parsed.interfaces, name) != parsed.interfaces.end()) {
        place.element(i).refuse(quoted(name) + " is named twice", "name each interface once");
      }
      parsed.interfaces.push_back(std::move(name));
    }
    out = std::move(parsed);
  }

  KindOf<std::string> name_ = plain_interface_name();
};

}  // namespace

KindOf<AutoNat> auto_nat() {
  return std::make_shared<const AutoNatKind>();
}

}  // namespace evenkeel::model
