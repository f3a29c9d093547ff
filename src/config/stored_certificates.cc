#include "config/stored_certificates.h"

#include <fmt/format.h>

#include "base/base64.h"
#include "config/schema.h"
#include "config/sqlite.h"

namespace evenkeel::config {
namespace {

// A backup that is read but never migrated may be older than this column.
Result<const char*> acme_column(Database& database) {
  const auto count = database.integer("SELECT count(*) FROM pragma_table_info('certificate') WHERE name = 'acme'");
  if (!count) return fail(count.error());
  return count->value_or(0) == 0 ? "''" : "acme";
}

}  // namespace

Result<std::vector<StoredCertificate>> read_certificates(Database& database) {
  // A backup that is read but never migrated may be older than this table.
  auto tables = database.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'certificate'");
  if (!tables) return fail(tables.error());
  std::vector<StoredCertificate> certificates;
  if (tables->value_or(0) == 0) return certificates;
  const auto acme = acme_column(database);
  if (!acme) return fail(acme.error());
  auto statement = database.prepare(
      fmt::format("SELECT label, origin, chain, key, request, ocsp, at, {} FROM certificate ORDER BY label", *acme));
  if (!statement) return fail(statement.error());
  while (true) {
    auto row = statement->step();
    if (!row) return fail(row.error());
    if (!*row) return certificates;
    certificates.push_back({.label = statement->text(0),
                            .origin = statement->text(1),
                            .chain = statement->text(2),
                            .key = statement->text(3),
                            .request = statement->text(4),
                            .ocsp = from_base64(statement->text(5)).value_or(""),
                            .at = from_stored(statement->integer(6))});
    const auto stored = statement->text(7);
    if (stored.empty()) continue;
    auto record = certificates::acme_record_from_stored(stored);
    if (!record) return fail(record.error());
    certificates.back().acme = std::move(*record);
  }
}

Result<> write_certificate(Database& database, const StoredCertificate& certificate) {
  auto statement = database.prepare(
      "INSERT OR REPLACE INTO certificate (label, origin, chain, key, request, ocsp, at, acme) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
  if (!statement) return fail(statement.error());
  const std::string ocsp = to_base64(certificate.ocsp);
  statement->bind(1, certificate.label).bind(2, certificate.origin).bind(3, certificate.chain);
  statement->bind(4, certificate.key).bind(5, certificate.request).bind(6, ocsp);
  const std::string acme = certificate.acme ? certificates::to_stored(*certificate.acme) : "";
  return statement->bind(7, to_stored(certificate.at)).bind(8, acme).run();
}

Result<> write_ocsp(Database& database, const StoredCertificate& certificate) {
  auto statement = database.prepare("UPDATE certificate SET ocsp = ? WHERE label = ? AND chain = ?");
  if (!statement) return fail(statement.error());
  const std::string ocsp = to_base64(certificate.ocsp);
  return statement->bind(1, ocsp).bind(2, certificate.label).bind(3, certificate.chain).run();
}

Result<> delete_certificate(Database& database, const std::string& label) {
  auto statement = database.prepare("DELETE FROM certificate WHERE label = ?");
  if (!statement) return fail(statement.error());
  return statement->bind(1, label).run();
}

}  // namespace evenkeel::config
