// SPDX-License-Identifier: BSD-3-Clause
// A host one of whose ranks is killed, ends, or has an MPI that fails: killed_host FOLDER FAULT RANK AT.
// It loads the restart of its folder, where there is one, and leaves what it holds in the end.
#include <netcdf.h>
#include <signal.h>

#include <cstdlib>

#include "../core/guarded_model.hpp"
#include "parts.hpp"

namespace {

constexpr int64_t all_columns = 96, steps = 10, saved_every = 3;

std::string job_folder, fault;
int64_t fault_at = 0, collectives = 0;
bool faulty = false;  // this rank

[[noreturn]] void kill_this_rank() {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

std::string table() {
  const auto path = [&](const char *name) { return "\"" + job_folder + "/" + name + "\"\n"; };
  std::ofstream(job_folder + "/card." + std::to_string(rank_of_job()) + ".json") << ranged_card();
  return "[domain]\nreport_steps = 2\nplugins = \"" + plugin_folder() + "\"\nlog = " +
         path("log.{rank}") + "statistics = " + path("statistics.{rank}.json") +
         "[scheme.test]\nmode = \"emulate\"\nemulator = " +
         path(("card." + std::to_string(rank_of_job()) + ".json").c_str()) +
         "record = { replace = true, path = \"" + job_folder + "/record.{rank}.nc\" }\n"
         "guard.training_range = \"stop\"\n"
         "audit = { tiles = 0.5, tile_columns = 8, alarm = { policy = \"stop\" } }\n"
         "[[scheme.test.hook]]\nkind = \"running_mean\"\nfields = [\"heating_rate\"]\n"
         "learn = \"audit\"\nregion = \"global\"\nleast_samples = 10\ntime_scale = \"1 h\"\n";
}

// As hosts do: the first failure ends the job. A launcher may lose what a rank that aborts prints.
void need(int32_t status) {
  if (status == HYB_OK) return;
  std::ofstream(job_folder + "/failure." + std::to_string(rank_of_job())) << hyb_last_error();
  MPI_Abort(MPI_COMM_WORLD, 7);
}

struct Host {
  Part part = own_part(all_columns).among(MPI_COMM_WORLD);
  AuditedModel model = model_of(part, all_columns);
  hyb_domain *domain = nullptr;
  hyb_scheme *scheme = nullptr;

  Host() {
    const hyb_grid grid = part.grid();
    need(hyb_domain_create_text(table().c_str(), &grid, &part.host, &domain));
    need(hyb_scheme_create(domain, "test", HYB_TOP_DOWN, &scheme));
    for (const auto &[name, unit, role] :
         {std::tuple("air_temperature", "K", HYB_STATE), {"surface_air_pressure", "Pa", HYB_STATE},
          {"heating_rate", "K s-1", HYB_TENDENCY}, {"rainfall_flux", "kg m-2 s-1", HYB_STATE}}) {
      const hyb_field field = {sizeof(hyb_field), name, unit, nullptr, role};
      need(hyb_scheme_field(scheme, &field));
    }
  }
  ~Host() {
    need(hyb_scheme_destroy(scheme));
    need(hyb_domain_destroy(domain));
  }
  void step(int64_t number) {
    if (faulty && number == fault_at && fault == "killed between steps") kill_this_rank();
    if (faulty && number == fault_at && fault == "exit") std::exit(3);
    model.number = number;
    need(hyb_domain_step(domain, number, "2001-01-01T00:00:00", 600));
    for (int64_t first = 1; first <= part.ncol(); first += 16)
      block(first, std::min<int64_t>(16, part.ncol() - first + 1));
  }
  void block(int64_t first, int64_t n) {
    hyb_call call{};
    const hyb_view t = model.section(model.temperature, first, n);
    const hyb_view p = model.section(model.pressure, first, n);
    const hyb_view h = model.section(model.heating, first, n);
    const hyb_view r = model.section(model.rain, first, n);
    need(hyb_call_open(scheme, n, first, &call));
    need(hyb_call_put(&call, "air_temperature", &t));
    need(hyb_call_put(&call, "surface_air_pressure", &p));
    need(hyb_call_run(&call));
    int32_t wanted = 0;
    need(hyb_call_native_wanted(&call, &wanted));
    if (wanted) model.native(first, n);
    need(hyb_call_get(&call, "heating_rate", &h));
    need(hyb_call_get(&call, "rainfall_flux", &r));
    need(hyb_call_close(&call));
  }
};

// What was flushed with the restart is in the recording that the killed run left.
void check_recording(const Part &part, int64_t steps_done) {
  const std::string path = job_folder + "/record." + std::to_string(rank_of_job()) + ".nc";
  int file = -1, dimension = -1;
  size_t samples = 0;
  CHECK_EQ(nc_open(path.c_str(), NC_NOWRITE, &file), NC_NOERR);
  CHECK_EQ(nc_inq_dimid(file, "sample", &dimension), NC_NOERR);
  CHECK_EQ(nc_inq_dimlen(file, dimension, &samples), NC_NOERR);
  CHECK(static_cast<int64_t>(samples) >= steps_done * part.ncol());
  nc_close(file);
}

// The first step to come.
int64_t continued(Host &host) {
  const std::string path = job_folder + "/restart.nc";
  MPI_Barrier(MPI_COMM_WORLD);
  if (!std::filesystem::exists(path)) return 1;
  need(hyb_domain_load(host.domain, path.c_str()));
  const char *statistics = nullptr;
  need(hyb_domain_statistics(host.domain, &statistics));
  return nlohmann::json::parse(statistics)["restored"].get<int64_t>() + 1;
}

void run() {
  Host host;
  const int64_t first = continued(host);
  if (first > 1) check_recording(host.part, first - 1);
  for (int64_t step = first; step <= steps; ++step) {
    host.step(step);
    if (step % saved_every > 0) continue;
    need(hyb_domain_flush(host.domain));
    need(hyb_domain_save(host.domain, (job_folder + "/restart.nc").c_str()));
  }
  std::ofstream(job_folder + "/heating." + std::to_string(rank_of_job()), std::ios::binary)
      .write(reinterpret_cast<const char *>(host.model.heating.data()),
             static_cast<std::streamsize>(host.model.heating.size() * sizeof(double)));
  std::printf("rank %d: from step %d, %d collectives\n", rank_of_job(), static_cast<int>(first),
              static_cast<int>(collectives));
}

}  // namespace

// The library finds this one in the process, before that of MPI.
extern "C" __attribute__((visibility("default"))) int MPI_Allreduce(const void *from, void *to,
                                                                    int n, MPI_Datatype type,
                                                                    MPI_Op op, MPI_Comm comm) {
  const bool now = ++collectives == fault_at && faulty;
  if (now && fault == "killed in a collective") kill_this_rank();
  if (now && fault == "error of MPI") return MPI_ERR_OTHER;
  return PMPI_Allreduce(from, to, n, type, op, comm);
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  CHECK(argc == 5);
  job_folder = argv[1];
  fault = argv[2];
  faulty = fault != "none" && rank_of_job() == std::atoi(argv[3]);
  fault_at = std::atoll(argv[4]);
  std::ofstream(job_folder + "/pid." + std::to_string(rank_of_job())) << getpid();
  run();
  MPI_Finalize();
  return check_failures();
}
