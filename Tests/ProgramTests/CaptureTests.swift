import Foundation
import Testing

/// `orrery trace --pcap`: files that the tools of networks open.
@Suite struct CaptureTests {
  private static let script = """
    preload demo/web:1.0
    kubectl create deployment web --image=demo/web:1.0
    kubectl expose deployment web --port=80 --target-port=8080
    until deployment/web Available
    advance 3s
    send http://svc/web from node1
    send ping://svc/web from node2
    hops
    kubectl run once --image=demo/web:1.0
    until pod/once Ready
    send http://pod/once:8080 from node1
    kubectl delete pod once --grace-period=1
    advance 5s

    """

  @Test func everyPlaceHasAFileWithoutAMistake() throws {
    let folder = try Folder()
    let run = try Program.run(["trace", "--script", "-", "--pcap", "captures"], input: Self.script, in: folder)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("packet 1 of "))
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.appending(path: "captures").path)
    #expect(Set(names).isSuperset(of: ["node2.pcapng", "router.pcapng", "switch.pcapng"]))
    #expect(names.contains { $0.hasPrefix("pod.web-") })
    // What was seen in a Pod bears the Pod's name when it is gone, and not that of a namespace.
    #expect(names.contains("pod.once.pcapng"))
    let known = ["pod.", "node", "cp1", "router.", "switch.", "outside."]
    #expect(names.filter { name in !known.contains { name.hasPrefix($0) } } == [])
    guard FileManager.default.isExecutableFile(atPath: "/usr/bin/tshark") else { return }
    for name in names {
      let path = folder.url.appending(path: "captures/\(name)").path
      let all = try Self.tshark(path, "frame")
      #expect(!all.isEmpty)
      let wrong = "_ws.malformed or ip.checksum.status==0 or tcp.checksum.status==0 or udp.checksum.status==0"
      #expect(try Self.tshark(path, "\(wrong) or icmp.checksum.status==0") == [])
    }
    let path = folder.url.appending(path: "captures/node1.pcapng").path
    let requests = try Self.tshark(path, "tcp.dstport==8080 and tcp.len>0")
    #expect(!requests.isEmpty)
    let complaints = try Self.tshark(folder.url.appending(path: "captures/node2.pcapng").path, "icmp.type==3")
    #expect(!complaints.isEmpty)
  }

  @Test func nothingToCaptureIsSaid() throws {
    let run = try Program.run(["trace", "--script", "-", "--pcap", "captures"], input: "advance 1s\n")
    #expect(run.status == 1)
    #expect(run.errors.contains("no packet was sent"))
  }

  /// The frames of a file that a filter lets through, one a line.
  private static func tshark(_ path: String, _ filter: String) throws -> [String] {
    let folder = try Folder()
    try folder.write("", to: "out")
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/tshark")
    let checks = ["ip.check_checksum:TRUE", "tcp.check_checksum:TRUE", "udp.check_checksum:TRUE"]
    process.arguments = ["-n", "-r", path, "-Y", filter] + checks.flatMap { ["-o", $0] }
    process.standardOutput = try FileHandle(forWritingTo: folder.url.appending(path: "out"))
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return try folder.text("out").split(separator: "\n").map(String.init)
  }
}
