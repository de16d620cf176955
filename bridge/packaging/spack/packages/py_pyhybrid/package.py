# SPDX-License-Identifier: BSD-3-Clause
"""Spack's recipe of pyhybrid. Untested: written from Spack's packaging guide."""

from spack.package import depends_on, license, variant, version
from spack_repo.builtin.build_systems.python import PythonPackage


class PyPyhybrid(PythonPackage):
    """Neural-network emulators in place of the native routines of Fortran climate models.

    There is no release yet: `spack dev-build py-pyhybrid@0.1.0` in a checkout.
    """

    license("BSD-3-Clause")
    version("0.1.0")

    variant("torch", default=True, description="the backends torchscript and aoti")
    variant("netcdf", default=True, description="recordings and restarts")

    depends_on("c", type="build")
    depends_on("cxx", type="build")
    depends_on("fortran", type="build")
    depends_on("pkgconfig", type="build")
    depends_on("py-meson-python@0.17:", type="build")
    depends_on("meson@1.6:", type="build")
    depends_on("py-f90wrap@0.3:", type="build", when="target=x86_64:")
    # Headers and static libraries: only of what is linked does Spack tell the compiler.
    depends_on("tomlplusplus", type=("build", "link"))
    depends_on("nlohmann-json", type=("build", "link"))
    depends_on("highway", type=("build", "link"))
    depends_on("libxsmm~shared", type=("build", "link"), when="target=x86_64:")
    depends_on("python@3.11:", type=("build", "run"))
    depends_on("py-cffi@1.16:", type=("build", "run"))
    depends_on("py-click@8:", type=("build", "run"))
    depends_on("py-numpy@1.26:", type=("build", "run"))
    depends_on("py-packaging@22:", type="run")
    depends_on("netcdf-c", when="+netcdf")
    depends_on("py-torch@2.13:", type=("build", "link", "run"), when="+torch")
    depends_on("py-safetensors@0.5:", type=("build", "run"), when="+torch")

    def config_settings(self, spec, prefix):
        """Options of the build that are on exactly where their parts are."""
        words = {
            part: "enabled" if f"+{part}" in spec else "disabled" for part in ("torch", "netcdf")
        }
        return {"setup-args": [f"-D{part}={word}" for part, word in words.items()]}
