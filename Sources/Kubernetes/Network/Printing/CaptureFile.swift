public import Clockwork

/// A file of captured frames, as tcpdump and Wireshark read it.
///
/// The form is pcapng (draft-ietf-opsawg-pcapng), because the older one cannot say at which interface a frame was seen.
public struct CaptureFile: Sendable {
  /// A frame at an interface.
  public struct Frame: Equatable, Sendable {
    public var time: Time
    public var device: String
    public var packet: Packet

    public init(time: Time, device: String, packet: Packet) {
      self.time = time
      self.device = device
      self.packet = packet
    }
  }

  /// Where the frames were seen: a machine, or a Pod.
  public let place: String
  public let frames: [Frame]

  public init(place: String, frames: [Frame]) {
    self.place = place
    self.frames = frames
  }

  /// The name of the file, without anything that could lead out of its folder.
  public var name: String {
    let safe = place.split(separator: "/").joined(separator: ".")
    return "\(safe).pcapng"
  }

  /// The whole file: a section, a description of each interface, and the frames in order.
  public var bytes: [UInt8] {
    var devices: [String] = []
    for frame in frames where !devices.contains(frame.device) { devices.append(frame.device) }
    // Byte order, version 1.0, and a length that is not known beforehand.
    var out = CaptureFile.block(
      0x0a0d_0d0a,
      CaptureFile.word(0x1a2b_3c4d) + [1, 0, 0, 0] + [UInt8](repeating: 0xff, count: 8)
    )
    for device in devices { out += CaptureFile.block(1, CaptureFile.interface(device)) }
    for frame in frames {
      out += CaptureFile.block(6, CaptureFile.body(frame, UInt32(devices.firstIndex(of: frame.device) ?? 0)))
    }
    return out
  }

  /// Ethernet, whole frames, and the interface's name.
  private static func interface(_ device: String) -> [UInt8] {
    let name = Array(device.utf8)
    let option = half(2) + half(UInt16(truncatingIfNeeded: name.count)) + padded(name)
    return half(1) + half(0) + word(0) + option + half(0) + half(0)
  }

  /// Microseconds since 1970, the length, and the frame.
  private static func body(_ frame: Frame, _ number: UInt32) -> [UInt8] {
    let bytes = frame.packet.bytes
    let moment = UInt64(bitPattern: Calendar.epoch * 1000 + frame.time) &* 1000
    let length = word(UInt32(truncatingIfNeeded: bytes.count))
    let stamp = word(UInt32(truncatingIfNeeded: moment >> 32)) + word(UInt32(truncatingIfNeeded: moment))
    return word(number) + stamp + length + length + padded(bytes)
  }

  private static func block(_ type: UInt32, _ body: [UInt8]) -> [UInt8] {
    let length = word(UInt32(truncatingIfNeeded: body.count + 12))
    return word(type) + length + body + length
  }

  // Numbers are written with the lowest byte first, which the first block says.
  private static func word(_ number: UInt32) -> [UInt8] { number.octets.reversed() }
  private static func half(_ number: UInt16) -> [UInt8] { number.octets.reversed() }

  private static func padded(_ bytes: [UInt8]) -> [UInt8] {
    bytes + [UInt8](repeating: 0, count: (4 - bytes.count % 4) % 4)
  }
}

extension Simulation {
  /// What was seen on all machines and in all Pods: the last two thousand frames of each machine.
  public var captures: [CaptureFile] {
    var files: Table<String, [CaptureFile.Frame]> = [:]
    for address in world.cells.indices where world.role(of: address) == .kernel {
      guard let kernel = world.component(address, as: Kernel.self) else { continue }
      kernel.moving.captures.forEach { _, capture in
        let place = kernel.place(of: capture.namespace, pod: capture.pod)
        let frame = CaptureFile.Frame(time: capture.time, device: capture.device, packet: capture.packet)
        files.update(place, default: []) { $0.append(frame) }
      }
    }
    var out: [CaptureFile] = []
    files.forEach { place, frames in out.append(CaptureFile(place: place, frames: frames)) }
    return out
  }
}

extension Kernel {
  /// What people call a namespace: `node1`, `pod/web`, `router`; a Pod's has the Pod's name, also when it is gone.
  func place(of namespace: String, pod: String) -> String {
    if !pod.isEmpty { return pod.hasPrefix("default/") ? "pod/\(pod.dropFirst(8))" : "pod/\(pod)" }
    guard namespace == NetworkNamespace.host else { return namespace }
    return name == "fabric" ? "router" : String(name.split(separator: "@").last ?? "")
  }
}
