#include <fmt/format.h>

#include <set>

#include "api/handlers.h"
#include "api/reply.h"
#include "doctor/remedy.h"
#include "observed/json.h"

namespace evenkeel::api {
namespace json = boost::json;
namespace {

json::object to_json(const doctor::Patient& patient, const doctor::Remedy& remedy) {
  return {{"real_server", patient.label}, {"address", patient.address.to_string()},
          {"system", remedy.system},      {"title", remedy.title},
          {"commands", remedy.commands},  {"note", remedy.note}};
}

// For the machines with something wrong, each once.
json::array remedies_for(const std::vector<observed::ArpDiagnosis>& found, const model::Configuration& configuration) {
  std::set<IpAddress> ill;
  for (const auto& diagnosis : found) {
    for (const auto& keeper : diagnosis.keepers) {
      if (keeper.needs_remedy()) ill.insert(keeper.address);
    }
  }
  json::array list;
  for (const auto& patient : doctor::patients(configuration)) {
    if (!ill.contains(patient.address)) continue;
    for (const auto& remedy : doctor::remedies(patient)) list.emplace_back(to_json(patient, remedy));
  }
  return list;
}

}  // namespace

Answer get_arp_diagnosis(Call& call) {
  std::optional<IpAddress> wanted;
  if (const std::string* const text = call.query.find("virtual_address")) {
    const auto address = IpAddress::parse(*text);
    if (!address) co_return refuse(address.error());
    wanted = *address;
  }
  const auto found = co_await call.context.control.diagnose_arp(wanted);
  if (!found) co_return refuse(found.error());
  json::array addresses;
  for (const auto& diagnosis : *found) addresses.emplace_back(observed::to_json(diagnosis));
  co_return reply(json::object{{"virtual_addresses", std::move(addresses)},
                               {"remedies", remedies_for(*found, call.context.control.configuration())}});
}

Answer get_arp_script(Call& call) {
  const std::string* const server = call.query.find("real_server");
  if (server == nullptr) co_return refuse(Error{ErrorCode::kInvalidArgument, "real_server is required", {}, 0});
  const std::string* const name = call.query.find("system");
  if (name != nullptr && *name != "linux" && *name != "windows") {
    co_return refuse(Error{ErrorCode::kInvalidArgument, "system must be linux or windows", {}, 0});
  }
  const auto undo = call.query.boolean("undo");
  if (!undo) co_return refuse(undo.error());
  const auto patient = doctor::find_patient(call.context.control.configuration(), *server);
  if (!patient) co_return refuse(patient.error());
  const auto system = name != nullptr && *name == "windows" ? doctor::System::kWindows : doctor::System::kLinux;
  const auto purpose = *undo ? doctor::Purpose::kUndo : doctor::Purpose::kFix;
  co_return reply(json::object{{"name", doctor::script_name(*patient, system, purpose)},
                               {"script", doctor::script(*patient, system, purpose)}});
}

}  // namespace evenkeel::api
