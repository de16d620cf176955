// SPDX-License-Identifier: BSD-3-Clause
// One grid of the host: configuration, columns, communicator and clock.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "attempts.hpp"
#include "clock.hpp"
#include "communicator.hpp"
#include "config.hpp"
#include "grid.hpp"
#include "log.hpp"
#include "reporter.hpp"
#include "snapshot.hpp"
#include "statistics.hpp"

namespace hyb {

class Scheme;

// Shared by the handle and by the schemes, which may outlive the handle.
class Domain {
 public:
  Domain(DomainConfig config, const hyb_grid *grid, const hyb_host &host);

  const DomainConfig &config() const { return config_; }
  const Grid &grid() const { return grid_; }
  const Clock &clock() const { return clock_; }
  bool stepped() const { return stepped_; }
  // Whether the open step counts as over, as a restart was made of it.
  bool over() const { return stepped_ && settled_; }
  const Communicator &communicator() const { return communicator_; }
  int32_t rank() const { return communicator_.rank(); }
  int64_t turn() const { return turn_; }  // counts the steps, from 1
  Log &log() { return log_; }

  void add(const std::string &name, Scheme *scheme, std::shared_ptr<Statistics> statistics);
  void remove(Scheme *scheme);
  Scheme *find(const std::string &name) const;  // or null

  void step(int64_t step, const char *date, double dt);
  void flush();

  // Restart, between steps and while no call is open; all of these but `taken` are collective.
  Snapshot snapshot();
  void taken() { saved_ = true; }  // the snapshot has a place where it lasts
  void restore(const Snapshot &snapshot, const std::string &where);
  void save(const std::string &path);
  void load(const std::string &path);

  // Ends the recordings of all schemes and writes the statistics file. Processes that end without
  // it have the file written all the same.
  void finish();
  void end_records();  // of this process alone, as the others may be anywhere
  void write_statistics() const;
  std::string statistics() const;

  std::string statistics_text;  // what hyb_domain_statistics last gave out

 private:
  void open_first_step();
  void warn_of_unclaimed();
  std::vector<std::string> without_table() const;
  void end_step();
  bool settle(Attempts &attempt);
  void settle();
  void check_between_calls();
  void remember_beginning();
  Snapshot beginning();
  void state(State &state);
  std::string stop() const;
  void agree_on_stop();
  void agree_on_schemes();
  nlohmann::json online_statistics(const std::string &name) const;
  std::string statistics_path() const;
  void keep_file() noexcept;
  bool file_is_near() const;
  void keep(const Scheme &scheme) noexcept;

  DomainConfig config_;
  Grid grid_;
  Communicator communicator_;
  Log log_;
  Clock clock_;
  bool stepped_ = false;
  bool settled_ = true;  // nothing is left to learn from the open step
  bool saved_ = false;   // a restart has all up to the last step that ended
  int64_t turn_ = 1;
  std::map<std::string, Scheme *> schemes_;
  std::map<std::string, std::shared_ptr<Statistics>> statistics_;
  std::map<std::string, nlohmann::json> ended_;  // online statistics of schemes that are gone
  Reporter reporter_;
  std::optional<Snapshot> beginning_;  // what this process had then
  std::optional<int64_t> began_, restored_;  // the first step, and that of the restart
  size_t in_file_ = 0;                       // records of the file that is kept
  bool file_fails_ = false;                  // that was told
  std::string stop_;                         // why schemes that are gone end the run, and
  bool may_stop_ = false, stop_told_ = false;  // whether one might have; the host knows
};

// Keeps the domain among those whose statistics are written when the process exits.
void remember_domain(const std::shared_ptr<Domain> &domain);

}  // namespace hyb
