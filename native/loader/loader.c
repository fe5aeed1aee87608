// The loader: opens shared libraries by absolute path before the core is opened, and asks libtorch for its
// version.
//
// The core has no run path. It finds libtorch because glibc matches the name that it needs against what is
// open already; that's why these libraries are opened here first and never closed. Everything is bound at
// once (RTLD_NOW): with lazy binding a missing symbol would end the process at its first call instead of
// failing here, where it can be reported.
#define _GNU_SOURCE  // dlinfo
#include <dlfcn.h>
#include <link.h>
#include <node_api.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define LONGEST_PATH 4096

// The only argument of each function. Throws, and gives false, where it is no string.
static bool PathOf(napi_env env, napi_callback_info info, char path[LONGEST_PATH]) {
  size_t count = 1;
  size_t length = 0;
  napi_value argument;
  if (napi_get_cb_info(env, info, &count, &argument, NULL, NULL) != napi_ok) return false;
  if (count > 0 && napi_get_value_string_utf8(env, argument, path, LONGEST_PATH, &length) == napi_ok)
    return true;
  napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", "path must be a string");
  return false;
}

// open(path): throws with code ERR_DLOPEN_FAILED and the linker's own words.
static napi_value Open(napi_env env, napi_callback_info info) {
  char path[LONGEST_PATH];
  if (!PathOf(env, info, path)) return NULL;
  if (dlopen(path, RTLD_NOW | RTLD_LOCAL) == NULL) napi_throw_error(env, "ERR_DLOPEN_FAILED", dlerror());
  return NULL;
}

// abiVersion(path): "2.13.0" of an open libtorch_cpu; undefined where it does not tell.
static napi_value AbiVersion(napi_env env, napi_callback_info info) {
  char path[LONGEST_PATH];
  if (!PathOf(env, info, path)) return NULL;
  void* library = dlopen(path, RTLD_NOW | RTLD_NOLOAD);
  if (library == NULL) return NULL;
  uint64_t (*version)(void) = (uint64_t (*)(void))dlsym(library, "aoti_torch_abi_version");
  if (version == NULL) return NULL;
  const uint64_t packed = version();  // one byte each from the top: major, minor, patch
  char text[16];
  snprintf(text, sizeof text, "%u.%u.%u", (unsigned)(packed >> 56), (unsigned)(packed >> 48 & 0xff),
           (unsigned)(packed >> 40 & 0xff));
  napi_value result = NULL;
  napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &result);
  return result;
}

// openPath(name): where the open library of that name came from; undefined where none is open.
static napi_value OpenPath(napi_env env, napi_callback_info info) {
  char name[LONGEST_PATH];
  if (!PathOf(env, info, name)) return NULL;
  void* library = dlopen(name, RTLD_NOW | RTLD_NOLOAD);
  struct link_map* map = NULL;
  if (library == NULL || dlinfo(library, RTLD_DI_LINKMAP, &map) != 0) return NULL;
  napi_value result = NULL;
  napi_create_string_utf8(env, map->l_name, NAPI_AUTO_LENGTH, &result);
  return result;
}

NAPI_MODULE_INIT() {
  const napi_property_descriptor functions[] = {
      {"open", NULL, Open, NULL, NULL, NULL, napi_enumerable, NULL},
      {"abiVersion", NULL, AbiVersion, NULL, NULL, NULL, napi_enumerable, NULL},
      {"openPath", NULL, OpenPath, NULL, NULL, NULL, napi_enumerable, NULL},
  };
  napi_define_properties(env, exports, sizeof functions / sizeof *functions, functions);
  return exports;
}
