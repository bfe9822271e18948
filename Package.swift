// swift-tools-version: 6.2
import PackageDescription

/// Every target of the house is built with warnings as errors.
let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

/// The model is generic code that is walked millions of times, so releases of it are built in a way of their own.
///
/// Without cross-module optimisation the generics of Clockwork are not specialised for Kubernetes, which costs a factor
/// of two to three. That no two accesses to one variable overlap is checked in every debug build and in every test;
/// checking it again at each access of a release costs a tenth of its time.
let model: [SwiftSetting] =
  strict + [
    .unsafeFlags(
      ["-cross-module-optimization", "-enforce-exclusivity=unchecked"],
      .when(configuration: .release)
    )
  ]

/// libcmark has no pkg-config use here: its exact soname would tie a static build to one distribution.
let cmark = Context.environment["STATIC_CMARK"] == "1" ? ":libcmark.a" : "cmark"

let package = Package(
  name: "orrery",
  products: [
    .executable(name: "orrery", targets: ["orrery"]),
    .library(name: "Clockwork", targets: ["Clockwork"]),
    .library(name: "Kubernetes", targets: ["Kubernetes"]),
    .library(name: "Curriculum", targets: ["Curriculum"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
  ],
  targets: [
    .target(name: "Clockwork", swiftSettings: model),
    .target(name: "Kubernetes", dependencies: ["Clockwork"], swiftSettings: model),
    .systemLibrary(name: "CCmark", providers: [.apt(["libcmark-dev"])]),
    .target(
      name: "Prose",
      dependencies: ["CCmark"],
      swiftSettings: strict,
      linkerSettings: [.linkedLibrary(cmark)]
    ),
    .target(
      name: "Curriculum",
      dependencies: ["Prose", "Clockwork", "Kubernetes", .product(name: "Yams", package: "Yams")],
      swiftSettings: strict,
      plugins: ["EmbedCourse"]
    ),
    .executableTarget(name: "embed-course", path: "Sources/EmbedCourseTool", swiftSettings: strict),
    .plugin(
      name: "EmbedCourse",
      capability: .buildTool(),
      dependencies: ["embed-course"],
      path: "Sources/EmbedCoursePlugin"
    ),
    .target(
      name: "Tutor",
      dependencies: ["Curriculum", "Prose", "Clockwork", "Kubernetes"],
      swiftSettings: strict
    ),
    .target(
      name: "TerminalUI",
      dependencies: ["Tutor", "Curriculum", "Prose", "Clockwork", "Kubernetes"],
      swiftSettings: strict
    ),
    .target(
      name: "HTMLExport",
      dependencies: ["Tutor", "Curriculum", "Prose", "Clockwork", "Kubernetes"],
      swiftSettings: strict
    ),
    .target(
      name: "Grading",
      dependencies: ["Tutor", "Curriculum", "Clockwork"],
      swiftSettings: strict
    ),
    .executableTarget(
      name: "orrery",
      dependencies: [
        "TerminalUI", "HTMLExport", "Grading", "Tutor", "Curriculum", "Prose", "Clockwork",
        "Kubernetes",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict
    ),
    .executableTarget(
      name: "wasm-page",
      dependencies: ["Clockwork", "Kubernetes"],
      path: "Tests/Wasm",
      exclude: ["stub.c"],
      swiftSettings: strict
    ),
    .executableTarget(
      name: "network-lab",
      dependencies: ["Clockwork", "Kubernetes"],
      path: "Tests/Lab",
      exclude: ["kernel.py", "lab.py"],
      swiftSettings: strict
    ),
    .testTarget(name: "ClockworkTests", dependencies: ["Clockwork"], swiftSettings: strict),
    .testTarget(
      name: "KubernetesTests",
      dependencies: ["Kubernetes", "Clockwork", "Curriculum"],
      swiftSettings: strict
    ),
    .testTarget(name: "ProseTests", dependencies: ["Prose"], swiftSettings: strict),
    .testTarget(
      name: "CurriculumTests",
      dependencies: ["Curriculum", "Prose", "Kubernetes", "Clockwork"],
      swiftSettings: strict
    ),
    .testTarget(
      name: "TutorTests",
      dependencies: ["Tutor", "Curriculum", "Kubernetes", "Clockwork"],
      swiftSettings: strict
    ),
    .testTarget(
      name: "TerminalUITests",
      dependencies: ["TerminalUI", "Tutor", "Curriculum", "Prose", "Kubernetes", "Clockwork"],
      exclude: ["__Snapshots__"],
      swiftSettings: strict
    ),
    .testTarget(
      name: "HTMLExportTests",
      dependencies: ["HTMLExport", "Tutor", "Curriculum", "Prose"],
      swiftSettings: strict
    ),
    .testTarget(
      name: "GradingTests",
      dependencies: ["Grading", "Tutor", "Curriculum"],
      swiftSettings: strict
    ),
    .testTarget(name: "HouseTests", dependencies: ["Curriculum"], swiftSettings: strict),
    .testTarget(name: "ProgramTests", dependencies: ["orrery"], swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
