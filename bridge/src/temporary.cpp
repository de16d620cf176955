#include "constraints/constraint.hpp"
#include "hooks/make_hook.hpp"
namespace hyb {
std::vector<std::unique_ptr<Constraint>> make_constraints(const nlohmann::json &, ValueFields &, const std::string &, int32_t) { return {}; }
std::unique_ptr<Hook> make_hook(const HookConfig &, ValueFields &, const Grid &, const std::string &) { return nullptr; }
}
