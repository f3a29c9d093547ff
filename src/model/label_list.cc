// A list of labels of other objects.

#include <fmt/format.h>

#include <algorithm>

#include "model/kinds.h"

namespace evenkeel::model {
namespace {

class LabelsKind final : public Kind<std::vector<std::string>> {
 public:
  explicit LabelsKind(size_t most) : most_(most), label_(label_text()) {}

  void parse(const boost::json::value& in, std::vector<std::string>& out, const Place& place) const override {
    const auto* array = in.if_array();
    if (array == nullptr) return refuse_type(in, "a list of labels", "write labels such as [\"www\"]", place);
    if (array->size() > most_) {
      return place.refuse(fmt::format("these are {} labels where {} are the limit", array->size(), most_),
                          fmt::format("write at most {} labels", most_));
    }
    std::vector<std::string> labels(array->size());
    for (size_t i = 0; i < array->size(); ++i) {
      label_->parse((*array)[i], labels[i], place.element(i));
      const auto before = labels.begin() + static_cast<std::ptrdiff_t>(i);
      if (labels[i].empty() || std::find(labels.begin(), before, labels[i]) == before) continue;
      place.element(i).refuse(fmt::format("\"{}\" is in the list twice", labels[i]), "name it once");
    }
    out = std::move(labels);
  }
  boost::json::value to_json(const std::vector<std::string>& value, Secrets /*secrets*/) const override {
    return boost::json::array(value.begin(), value.end());
  }
  boost::json::object schema() const override {
    return {{"type", "array"}, {"items", label_->schema()}, {"maxItems", most_}, {"uniqueItems", true}};
  }
  void describe(FieldHelp& help) const override {
    help.type = "labels";
    help.range = fmt::format("up to {} labels", most_);
  }

 private:
  size_t most_;
  KindOf<std::string> label_;
};

}  // namespace

KindOf<std::vector<std::string>> labels(size_t most) {
  return std::make_shared<const LabelsKind>(most);
}

}  // namespace evenkeel::model
